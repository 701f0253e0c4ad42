variable "x" {
  type = string
  default = "def"
  validation {
    condition = var.x != "bad"
    error_message = "x must not be bad."
  }
}
variable "secret" {
  type = string
  sensitive = true
  default = "hunter2"
}
resource "terraform_data" "a" {
  input = var.x
}
output "o" { value = terraform_data.a.output }
output "id" { value = terraform_data.a.id }
check "c" {
  assert {
    condition = var.x != "warn"
    error_message = "check fails"
  }
}
