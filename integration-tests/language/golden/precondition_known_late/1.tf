resource "terraform_data" "a" {}

resource "terraform_data" "b" {
  lifecycle {
    precondition {
      condition     = terraform_data.a.id == "never"
      error_message = "Not the right one."
    }
  }
}

resource "terraform_data" "c" {
  input = terraform_data.b.id
}
