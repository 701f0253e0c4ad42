variable "limit" {
  default = 10
}

resource "terraform_data" "counted" {
  count = 3
  input = count.index

  lifecycle {
    postcondition {
      condition     = self.output < var.limit
      error_message = "Too large."
    }
  }
}

resource "terraform_data" "each" {
  for_each = toset(["a", "b"])
  input    = each.key
}
