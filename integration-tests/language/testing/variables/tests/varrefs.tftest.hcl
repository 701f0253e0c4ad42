variables { 
  req = var.nope 
}
run "x" {
}
