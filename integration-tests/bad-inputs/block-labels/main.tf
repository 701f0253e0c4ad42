resource "aws_vpc" {
  cidr_block = "10.0.0.0/16"
}
variable "a" "b" {
}
output {
  value = 1
}
locals "x" {
}
resource "aws_vpc" "my vpc" {
  cidr_block = "10.0.0.0/16"
}
