variable "limit" {
  type    = number
  default = 1
}

output "limit" {
  value = var.limit
  precondition {
    condition     = var.limit > 0
    error_message = "The limit must be positive."
  }
}
