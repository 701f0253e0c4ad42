mock_provider "aws" {
  mock_resource "aws_vpc" {
    defaults = { arn = "arn:x", cidr_block = "foo", nope = 1, enable_dns_support = "zz", tags_all = { x = "y" } }
  }
  mock_resource "aws_security_group" {
    defaults = { egress = { description = "mocked" } }
  }
  mock_data "aws_ami" {
    defaults = { id = "ami-1" }
  }
  mock_resource "aws_nope" {
  }
  override_resource {
    target = module.m.aws_vpc.a
    values = { id = "vpc-m" }
  }
}
run "x" {
  assert {
    condition = aws_vpc.a.arn == "a"
    error_message = "arn"
  }
  assert {
    condition = output.vpc == 1 || output.ami == 2 || aws_security_group.i == 2
    error_message = "arn"
  }
}
run "plan" {
  command = plan
  variables { }
}
