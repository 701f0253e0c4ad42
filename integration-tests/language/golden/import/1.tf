import {
  to = terraform_data.a
  id = "chosen"
}

resource "terraform_data" "a" {}

import {
  for_each = { x = "first", y = "second" }
  to       = terraform_data.b[each.key]
  id       = each.value
}

resource "terraform_data" "b" {
  for_each = toset(["x", "y", "z"])
  input    = each.key
}
