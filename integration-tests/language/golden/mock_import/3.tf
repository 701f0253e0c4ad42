import {
  to = tfcoremock_simple_resource.c
  id = "nowhere"
}

resource "tfcoremock_simple_resource" "c" {
  id = "nowhere"
}
