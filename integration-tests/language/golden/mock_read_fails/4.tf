resource "tfcoremock_simple_resource" "outside" {
  id = "../outside"
}
