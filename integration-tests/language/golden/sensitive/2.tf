variable "password" {
  type      = string
  sensitive = true
  default   = "hunter3"
}

resource "terraform_data" "a" {
  input = { user = "you", password = var.password }
}

resource "terraform_data" "b" {
  input = "password: ${var.password}"
}

output "password" {
  value     = var.password
  sensitive = true
}
