variable "password" {
  sensitive = true
  default   = "hunter2-hidden"
}
output "password" {
  value = "x${var.password}"
}
