variable "sizes" {
  type    = object({ min = number, max = number })
  default = { min = 1 }
}
variable "names" {
  type    = list(string)
  default = "a"
}
resource "aws_vpc" "main" {
  cidr_block         = ["10.0.0.0/16"]
  enable_dns_support = "maybe"
  tags               = ["Name"]
}
resource "aws_security_group" "main" {
  vpc_id = aws_vpc.main.id
  ingress {
    from_port   = "http"
    to_port     = 80
    protocol    = "tcp"
    cidr_blocks = "0.0.0.0/0"
  }
}
