resource "tfcoremock_simple_resource" "a" {
  id      = "a"
  bool    = true
  float   = 1.5
  integer = 42
  number  = 123456789
  string  = "hello"
}

resource "tfcoremock_simple_resource" "unnamed" {
  string = tfcoremock_simple_resource.a.id
}
