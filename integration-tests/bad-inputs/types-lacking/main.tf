provider "aws" {
  region = "ap-northeast-1"
}

resource "aws_vpc_ipam" "none" {
  count = 0
}

resource "aws_vpc_ipam" "two" {
  count = 2

  operating_regions {
    region_name = "ap-northeast-1"
  }
}

resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}

module "cluster" {
  source = "./cluster"
}
