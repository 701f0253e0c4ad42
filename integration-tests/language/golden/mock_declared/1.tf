variable "password" {
  type      = string
  default   = "hunter2"
  sensitive = true
}

resource "tfcoremock_machine" "a" {
  id       = "a"
  name     = "one"
  image    = "i1"
  password = var.password
  tags     = { x = "1" }
  ports    = [80, 443]
  options  = { fast = true }

  disk {
    gigabytes = 10
  }

  rule {
    port = 22
  }
}

output "address" {
  value = tfcoremock_machine.a.address
}
