resource "aws_security_group" "a" {
  name = "a"
  ingress {
    from_port       = 80
    to_port         = 80
    protocol        = "tcp"
    security_groups = [aws_security_group.b.id]
  }
}
resource "aws_security_group" "b" {
  name = "b"
  ingress {
    from_port       = 80
    to_port         = 80
    protocol        = "tcp"
    security_groups = [aws_security_group.a.id]
  }
}
resource "aws_vpc" "own" {
  cidr_block = aws_vpc.own.cidr_block
}
