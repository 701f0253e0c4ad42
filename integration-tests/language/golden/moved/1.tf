resource "terraform_data" "a" {
  input = 1
}

resource "terraform_data" "user" {
  input = terraform_data.a.id
}
