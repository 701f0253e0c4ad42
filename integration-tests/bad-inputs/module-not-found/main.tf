module "network" {
  source = "./modules/network"
  cidr   = "10.0.0.0/16"
}
module "vpc" {
  source  = "terraform-aws-modules/vpc/aws"
  version = "5.0.0"
}
module "git" {
  source = "git::https://example.com/network.git?ref=v1"
}
module "none" {
  cidr = "x"
}
