resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/33"
}
resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.0.300/24"
}
resource "aws_vpc" "host" {
  cidr_block = "10.0.0.1/16"
}
locals {
  sub = cidrsubnet("10.0.0.0/16", 20, 1)
}
output "sub" {
  value = local.sub
}
