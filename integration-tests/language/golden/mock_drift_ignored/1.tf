resource "tfcoremock_simple_resource" "a" {
  id      = "a"
  string  = "mine"
  integer = 1
  lifecycle {
    ignore_changes = [string]
  }
}

resource "tfcoremock_complex_resource" "b" {
  id   = "b"
  list = [{ string = "x", integer = 1 }]
  lifecycle {
    ignore_changes = [list[0].string]
  }
}
