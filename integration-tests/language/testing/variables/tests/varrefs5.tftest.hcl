variables { req = 1 }
run "y" { }
run "x" {
  variables { req = run.y.zip }
}
