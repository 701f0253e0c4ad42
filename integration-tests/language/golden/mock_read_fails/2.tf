provider "tfcoremock" {
  fail_on_read = ["a"]
}

resource "tfcoremock_simple_resource" "a" {
  id = "a"
}
