provider "tfcoremock" {}

resource "tfcoremock_simple_resource" "a" {
  id     = "old"
  string = "x"
  lifecycle {
    create_before_destroy = true
  }
}
