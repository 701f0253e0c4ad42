resource "terraform_data" "a" {
  inptu = 5
}

resource "terraform_data" "b" {
  input = terraform_data.z.id
}
