resource "terraform_data" "a" {
  input = "overridden"
  lifecycle {
    create_before_destroy = true
  }
}

resource "terraform_data" "b" {
  lifecycle {
    create_before_destroy = true
  }
}
