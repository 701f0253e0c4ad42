resource "terraform_data" "a" {}

resource "terraform_data" "b" {
  count = 2
  input = terraform_data.a.id
}

output "a" {
  value = terraform_data.a.id
}
