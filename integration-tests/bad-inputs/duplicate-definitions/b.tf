variable "region" {}
locals {
  name = "b"
}
resource "aws_vpc" "main" {
  cidr_block = "10.2.0.0/16"
}
output "x" {
  value = 2
}
module "m" {
  source = "./m"
}
provider "aws" {
  region = "eu-west-1"
}
