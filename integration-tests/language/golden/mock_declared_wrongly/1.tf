resource "tfcoremock_machine" "a" {
  id = "a"
}
