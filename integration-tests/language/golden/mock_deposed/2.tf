provider "tfcoremock" {
  fail_on_delete = ["old"]
}

resource "tfcoremock_simple_resource" "a" {
  id     = "new"
  string = "x"
  lifecycle {
    create_before_destroy = true
  }
}
