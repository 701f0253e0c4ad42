variable "secret" {
  type      = string
  sensitive = true
  default   = "hunter2"
}

resource "terraform_data" "a" {
  input = var.secret
}

output "secret" {
  value     = terraform_data.a.output
  sensitive = true
}
