variable "x" {}

resource "terraform_data" "c" {
  input = var.x
}

output "x" {
  value = terraform_data.c.output
}
