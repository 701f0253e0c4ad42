run "x" {
  variables { req = var.nope }
}
