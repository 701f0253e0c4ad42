variable "name" {
  type    = string
  default = "good"
  validation {
    condition     = length(var.name) > 3
    error_message = "The name is too short."
  }
  validation {
    condition     = var.name != "evil"
    error_message = "The name must not be evil."
  }
}

resource "terraform_data" "a" {
  input = var.name
}
