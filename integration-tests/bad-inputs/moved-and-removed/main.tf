moved {
  from = aws_vpc.old
  to   = aws_subnet.new
}
moved {
  from = aws_vpc.a
}
removed {
  from = aws_vpc.main
}
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}
