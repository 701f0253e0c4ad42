run "x" {
  variables { req = run.y.o }
}
run "y" { 
  variables { req = 1 } 
}
