provider "tfcoremock" {
  use_only_state = true
}

resource "tfcoremock_simple_resource" "a" {
  string = "x"
}
