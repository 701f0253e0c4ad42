resource "aws_vpc" "each" {
  for_each   = toset(["general", "builds"])
  cidr_block = "10.0.0.0/16"
}
resource "aws_vpc" "count" {
  count      = 2
  cidr_block = "10.0.0.0/16"
}
resource "aws_vpc" "one" {
  cidr_block = "10.0.0.0/16"
}
output "a" {
  value = aws_vpc.each["genral"].id
}
output "b" {
  value = aws_vpc.each[0].id
}
output "c" {
  value = aws_vpc.count[2].id
}
