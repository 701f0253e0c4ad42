variable "settings" {
  type = object({
    name  = string
    size  = optional(number, 3)
    parts = optional(list(string), [])
  })

  validation {
    condition     = var.settings.size < 5
    error_message = "The size must be below 5."
  }
}

output "settings" {
  value = var.settings
}
