resource "aws_subnet" "a" {
  vpc_id    = "vpc-1"
  cidr_blok = "10.0.0.0/24"
}
