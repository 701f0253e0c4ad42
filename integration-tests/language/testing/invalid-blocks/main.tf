variable "x" { default = "a" }
output "x" { value = var.x }
