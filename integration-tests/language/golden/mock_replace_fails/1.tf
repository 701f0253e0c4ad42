resource "tfcoremock_simple_resource" "a" {
  id = "one"
}

resource "tfcoremock_simple_resource" "b" {
  id = "uno"
  lifecycle {
    create_before_destroy = true
  }
}
