resource "tfcoremock_simple_resource" "a" {
  id     = "a"
  string = "changed"
}

resource "terraform_data" "name" {
  input = "known"
}

data "tfcoremock_simple_resource" "unknown" {
  id = terraform_data.name.output
}

data "tfcoremock_simple_resource" "waiting" {
  id         = "known"
  depends_on = [tfcoremock_simple_resource.a]
}

resource "tfcoremock_simple_resource" "b" {
  id      = "b"
  integer = data.tfcoremock_simple_resource.unknown.integer
  string  = data.tfcoremock_simple_resource.waiting.string
}

output "waiting" {
  value = data.tfcoremock_simple_resource.waiting.string
}
