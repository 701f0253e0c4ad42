variable "region" {}
locals {
  name = "a"
}
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
  cidr_block = "10.1.0.0/16"
}
output "x" {
  value = 1
}
module "m" {
  source = "./m"
}
provider "aws" {
  region = "ap-northeast-1"
}
