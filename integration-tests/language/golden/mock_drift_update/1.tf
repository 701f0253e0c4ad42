resource "tfcoremock_simple_resource" "a" {
  id      = "a"
  string  = "mine"
  integer = 1
}

resource "tfcoremock_simple_resource" "user" {
  id     = "user"
  string = tfcoremock_simple_resource.a.string
}
