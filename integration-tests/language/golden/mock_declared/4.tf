resource "tfcoremock_machine" "a" {
  id    = "a"
  name  = "two"
  image = "i2"
  rule {
    port = 22
  }
}

data "tfcoremock_machine" "other" {
  id = "other"
}

output "address" {
  value = data.tfcoremock_machine.other.address
}
