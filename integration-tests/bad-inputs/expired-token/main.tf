data "aws_availability_zones" "all" {}
data "aws_caller_identity" "me" {}
data "aws_ssm_parameter" "image" {
  name = "/x"
}
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}
