resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}
output "id" {
  value = aws_vpc.main.idd
}
output "block" {
  value = aws_vpc.main.cidr_blok
}
locals {
  object = { name = "x", size = 3 }
  wrong  = local.object.nmae
}
