resource "terraform_data" "a" {
  input = "x"
}

resource "terraform_data" "b" {
  for_each = { one = 1, two = 2 }
  input    = "${each.key} ${terraform_data.a.id}"
}
