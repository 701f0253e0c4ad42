resource "aws_vpc" "a" { 
  cidr_block = "10.0.0.0/16" 
  tags = { a = "b" }
}
resource "aws_instance" "i" {
  ami = data.aws_ami.x.id
  instance_type = "t3.micro"
  subnet_id = aws_vpc.a.id
  ebs_block_device { 
   device_name = "/dev/sdb"
  }
}
data "aws_ami" "x" {
  most_recent = true
}
module "m" { 
  source = "./m"
}
output "vpc" { value = aws_vpc.a }
output "inst" { value = aws_instance.i }
output "ami" { value = data.aws_ami.x }
output "m" { value = module.m }
