resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}
resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.mian.id
  cidr_block = "10.0.0.0/24"
}
output "zones" {
  value = data.aws_availability_zones.available.names
}
data "aws_availability_zones" "availabel" {}
