resource "terraform_data" "a" {
  input            = "same"
  triggers_replace = { version = 1, other = "x" }
}

resource "terraform_data" "b" {
  input = terraform_data.a.id
}

resource "terraform_data" "c" {
  triggers_replace = terraform_data.a.id
}
