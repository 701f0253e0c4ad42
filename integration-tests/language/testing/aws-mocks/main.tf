resource "aws_vpc" "a" { 
  cidr_block = "10.0.0.0/16" 
  tags = { a = "b" }
}
resource "aws_security_group" "i" {
  name   = data.aws_ami.x.id
  vpc_id = aws_vpc.a.id
}
data "aws_ami" "x" {
  most_recent = true
}
module "m" { 
  source = "./m"
}
output "vpc" { value = aws_vpc.a }
output "inst" { value = aws_security_group.i }
output "ami" { value = data.aws_ami.x }
output "m" { value = module.m }
