resource "tfcoremock_simple_resource" "a" {
  id     = "a"
  string = "two"
}
