variable "password" {
  type      = string
  sensitive = true
  default   = "hunter2"
}

resource "terraform_data" "a" {
  input = { user = "me", password = var.password }
}

resource "terraform_data" "b" {
  input = "password: ${var.password}"
}

output "password" {
  value     = var.password
  sensitive = true
}
