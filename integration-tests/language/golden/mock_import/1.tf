import {
  to = tfcoremock_simple_resource.a
  id = "there"
}

resource "tfcoremock_simple_resource" "a" {
  id     = "there"
  string = "before"
}

import {
  for_each = { x = "second" }
  to       = tfcoremock_simple_resource.b[each.key]
  id       = each.value
}

resource "tfcoremock_simple_resource" "b" {
  for_each = toset(["x", "y"])
  string   = "after ${each.key}"
}
