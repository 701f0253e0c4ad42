resource "aws_vpc" "negative" {
  count      = -1
  cidr_block = "10.0.0.0/16"
}
resource "aws_vpc" "fraction" {
  count      = 1.5
  cidr_block = "10.0.0.0/16"
}
resource "aws_vpc" "text" {
  count      = "two"
  cidr_block = "10.0.0.0/16"
}
resource "aws_vpc" "null" {
  count      = null
  cidr_block = "10.0.0.0/16"
}
