variable "cidr" {
  type = string
}
variable "zones" {
  type = list(string)
}
resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.main.id
  cidr_block = var.cdir
  provider   = aws.tokio
}
output "id" {
  value = aws_subnet.a.id
  extra = 1
}
