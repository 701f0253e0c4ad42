resource "aws_vpc" "list" {
  for_each   = ["a", "b"]
  cidr_block = "10.0.0.0/16"
}
resource "aws_vpc" "text" {
  for_each   = "a"
  cidr_block = "10.0.0.0/16"
}
resource "aws_vpc" "null" {
  for_each   = null
  cidr_block = "10.0.0.0/16"
}
resource "aws_vpc" "numbers" {
  for_each   = toset([1, 2])
  cidr_block = "10.0.0.0/16"
}
