variable "healthy" {
  type    = bool
  default = true
}

resource "terraform_data" "a" {
  input = var.healthy
}

check "health" {
  assert {
    condition     = var.healthy
    error_message = "It is not healthy."
  }
  assert {
    condition     = terraform_data.a.output
    error_message = "The object is not healthy."
  }
}
