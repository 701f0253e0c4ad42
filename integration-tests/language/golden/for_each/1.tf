resource "terraform_data" "a" {
  for_each = { x = 1, y = 2, z = 3 }
  input    = "${each.key}=${each.value}"
}

resource "terraform_data" "b" {
  for_each = terraform_data.a
  input    = each.value.id
}
