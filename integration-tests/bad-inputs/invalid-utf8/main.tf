locals {
  name = "platform"
  zone = "éxample.com"
}
