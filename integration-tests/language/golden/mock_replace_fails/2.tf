provider "tfcoremock" {
  fail_on_create = ["two", "due"]
}

resource "tfcoremock_simple_resource" "a" {
  id = "two"
}

resource "tfcoremock_simple_resource" "b" {
  id = "due"
  lifecycle {
    create_before_destroy = true
  }
}
