run "s" { 
  module { source = "./s" } 
}
