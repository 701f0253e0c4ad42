resource "tfcoremock_machine" "a" {
  id       = "a"
  name     = "two"
  image    = "i1"
  password = "other"
  tags     = { x = "2", y = "3" }
  ports    = [80, 8080]
  options  = { fast = false }
  zone     = "b"

  disk {
    gigabytes = 10
  }

  disk {
    gigabytes = 20
  }

  rule {
    port = 22
  }
}

output "address" {
  value = tfcoremock_machine.a.address
}
