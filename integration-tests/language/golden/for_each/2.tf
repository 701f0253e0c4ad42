resource "terraform_data" "a" {
  for_each = { w = 0, y = 2, z = 4 }
  input    = "${each.key}=${each.value}"
}

resource "terraform_data" "b" {
  for_each = terraform_data.a
  input    = each.value.id
}
