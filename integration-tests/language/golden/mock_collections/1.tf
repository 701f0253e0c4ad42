resource "tfcoremock_complex_resource" "a" {
  id     = "a"
  list   = [{ string = "one" }, { string = "two", list = [{ integer = 1 }] }]
  map    = { x = { number = 1 }, y = { set = [{ bool = true }, { bool = false }] } }
  object = { string = "o", object = { string = "p", object = { string = "q" } } }
  set    = [{ string = "b" }, { string = "a" }]
}
