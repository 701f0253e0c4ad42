resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}
import {
  to = aws_vpc.main
  id = "vpc-12345678"
}
