resource "tfcoremock_simple_resource" "a" {
  id     = "a"
  string = "one"
}

resource "tfcoremock_simple_resource" "b" {
  id = "b"
}
