resorce "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}
resource "aws_vpc" "main" {
  cidr_blok           = "10.0.0.0/16"
  cidr_block          = "10.0.0.0/16"
  enable_dns_hostname = true
}
resource "aws_security_group" "main" {
  ingres {
    from_port = 1
  }
}
variable "x" {
  typ         = string
  description = "x"
}
output "x" {
  value    = 1
  sensitiv = true
}
