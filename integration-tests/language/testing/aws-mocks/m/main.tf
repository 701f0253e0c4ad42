resource "aws_vpc" "a" { cidr_block = "10.0.0.0/16" }
output "id" { value = aws_vpc.a.id }
output "cidr" { value = aws_vpc.a.cidr_block }
