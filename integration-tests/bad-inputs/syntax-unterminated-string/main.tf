locals {
  name = "platform
  zone = "example.com"
}
