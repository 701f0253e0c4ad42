resource "tfcoremock_complex_resource" "a" {
  id = "a"
}
