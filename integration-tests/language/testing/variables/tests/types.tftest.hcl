run "bad_type" {
  variables { req = "abc" }
}
run "next" { 
 variables { req = 1 } 
}
