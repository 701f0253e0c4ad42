resource "tfcoremock_simple_resource" "a" {
  id = "a"
}

resource "tfcoremock_simple_resource" "b" {
  id     = "b"
  string = tfcoremock_simple_resource.a.id
}

resource "tfcoremock_simple_resource" "c" {
  id     = "c"
  string = tfcoremock_simple_resource.b.id
}
