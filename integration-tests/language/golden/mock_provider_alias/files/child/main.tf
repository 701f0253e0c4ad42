resource "tfcoremock_simple_resource" "c" {
  id = "c"
}
