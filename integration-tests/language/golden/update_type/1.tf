resource "terraform_data" "a" {
  input = "1"
}

resource "terraform_data" "b" {
  input = ["x"]
}

resource "terraform_data" "c" {
  input = null
}

resource "terraform_data" "d" {
  input = { a = 1 }
}

resource "terraform_data" "e" {
  input = ""
}
