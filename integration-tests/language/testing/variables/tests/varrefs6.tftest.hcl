variables { req = run.y.zip }
run "y" { }
run "x" {
  variables { req = run.y.zip }
}
