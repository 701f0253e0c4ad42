#! with -target=terraform_data.b
resource "terraform_data" "a" {}

resource "terraform_data" "b" {
  input = terraform_data.a.id
}

resource "terraform_data" "c" {
  input = terraform_data.b.id
}

resource "terraform_data" "d" {
  count = 2
}

output "c" {
  value = terraform_data.c.id
}

output "b" {
  value = terraform_data.b.id
}
