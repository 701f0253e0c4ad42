resource "terraform_data" "a" {
  input = 1
}

resource "terraform_data" "b" {
  input = { x = "x" }
}

resource "terraform_data" "c" {
  input = "something"
}

resource "terraform_data" "d" {
  input = null
}

resource "terraform_data" "e" {}
