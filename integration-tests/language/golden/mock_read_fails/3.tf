data "tfcoremock_simple_resource" "missing" {
  id = "missing"
}
