resource "tfcoremock_simple_resource" "a" {
  id = "b"
}

resource "tfcoremock_simple_resource" "unnamed" {
  string = tfcoremock_simple_resource.a.id
}
