resource "terraform_data" "c" {
  input = 2
}

moved {
  from = terraform_data.a
  to   = terraform_data.b
}

moved {
  from = terraform_data.b
  to   = terraform_data.c
}

resource "terraform_data" "user" {
  input = terraform_data.c.id
}
