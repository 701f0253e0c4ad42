resource "tfcoremock_simple_resource" "a" {
  id      = "a"
  bool    = false
  integer = 0
  number  = 0.25
  string  = ""
}

resource "tfcoremock_simple_resource" "unnamed" {
  string = tfcoremock_simple_resource.a.id
}
