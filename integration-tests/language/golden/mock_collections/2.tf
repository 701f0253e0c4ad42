resource "tfcoremock_complex_resource" "a" {
  id     = "a"
  list   = [{ string = "zero" }, { string = "one" }, { string = "two", list = [{ integer = 2 }] }]
  map    = { x = { number = 2 }, z = { set = [{ bool = true }] } }
  object = { string = "o", object = { string = "p", object = { string = "r" } } }
  set    = [{ string = "c" }, { string = "a" }]
}
