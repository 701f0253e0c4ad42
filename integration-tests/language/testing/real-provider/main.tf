terraform {
  required_providers {
    tfcoremock = {
      source = "hashicorp/tfcoremock"
    }
  }
}

variable "text" {
  default = "text"
}

resource "tfcoremock_simple_resource" "a" {
  string  = var.text
  integer = 1
}

resource "tfcoremock_complex_resource" "b" {
  count  = 2
  string = tfcoremock_simple_resource.a.id

  list_block {
    string = "x"
  }
}

output "ids" {
  value = concat([tfcoremock_simple_resource.a.id], tfcoremock_complex_resource.b[*].id)
}
