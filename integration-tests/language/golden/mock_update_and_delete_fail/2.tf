provider "tfcoremock" {
  fail_on_update = ["a"]
  fail_on_delete = ["b"]
}

resource "tfcoremock_simple_resource" "a" {
  id     = "a"
  string = "two"
}
