variable "name" {
  type = string
}

resource "terraform_data" "part" {
  input = var.name
}

output "id" {
  value = terraform_data.part.id
}

output "name" {
  value = terraform_data.part.output
}
