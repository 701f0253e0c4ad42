provider "tfcoremock" {
  alias              = "other"
  resource_directory = "terraform.resource/other"
}

resource "tfcoremock_simple_resource" "a" {
  id = "a"
}

resource "tfcoremock_simple_resource" "b" {
  provider = tfcoremock.other
  id       = "b"
}

module "m" {
  source = "./child"
  providers = {
    tfcoremock = tfcoremock.other
  }
}
