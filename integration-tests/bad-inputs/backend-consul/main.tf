terraform {
  backend "consul" {
    address = "consul.example.com"
    path    = "platform.tfstate"
  }
}
