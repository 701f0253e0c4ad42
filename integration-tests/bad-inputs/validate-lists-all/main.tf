variable "unused" {
  type = strin
}
resource "aws_subnet" "a" {
  vpc_id            = "vpc-1"
  cidr_blok         = "10.0.0.0/24"
  availability_zone = 5
}
output "a" {
  value = aws_subnet.a.ide
}
output "b" {
  value = upper(3, 4)
}
