resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}
resource "aws_subnet" "each" {
  for_each   = toset([aws_vpc.main.id])
  vpc_id     = each.value
  cidr_block = "10.0.0.0/24"
}
resource "aws_subnet" "count" {
  count      = length(aws_vpc.main.arn)
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
