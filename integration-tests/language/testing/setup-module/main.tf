variable "x" {
  type    = string
  default = "default"
}

resource "terraform_data" "a" {
  input = var.x
}

output "x" {
  value = terraform_data.a.output
}
