resource "terraform_data" "a" {
}

resource "terraform_data" "b" {
  count = 2
}

resource "terraform_data" "kept" {
  input = terraform_data.a.id

  lifecycle {
    prevent_destroy = true
  }
}
