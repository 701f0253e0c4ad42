resource "tfcoremock_machine" "a" {
  id    = "a"
  name  = "two"
  image = "i2"
}

output "address" {
  value = tfcoremock_machine.a.address
}
