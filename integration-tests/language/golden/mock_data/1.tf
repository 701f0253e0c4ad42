data "tfcoremock_simple_resource" "known" {
  id = "known"
}

resource "tfcoremock_simple_resource" "a" {
  id      = "a"
  integer = data.tfcoremock_simple_resource.known.integer + 1
}

output "text" {
  value = data.tfcoremock_simple_resource.known.string
}
