variable "size" {
  type    = number
  default = 3
}

resource "terraform_data" "a" {
  input = var.size
  lifecycle {
    precondition {
      condition     = var.size > 2
      error_message = "The size ${var.size} is too small."
    }
    postcondition {
      condition     = self.output < 10
      error_message = "The size ${self.output} is too large."
    }
  }
}
