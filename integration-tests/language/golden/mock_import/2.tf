import {
  to = tfcoremock_simple_resource.a
  id = "there"
}

resource "tfcoremock_simple_resource" "a" {
  id     = "elsewhere"
  string = "before"
}
