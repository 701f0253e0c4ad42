resource "terraform_data" "a" {
  input = "x"
  lifecycle {
    postcondition {
      condition     = self.output == "y"
      error_message = "Not what was hoped for."
    }
  }
}

resource "terraform_data" "b" {
  input = terraform_data.a.id
}
