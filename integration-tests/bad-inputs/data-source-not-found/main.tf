data "aws_ssm_parameter" "image" {
  name = "/kiban/none"
}
resource "aws_vpc" "main" {
  cidr_block = data.aws_ssm_parameter.image.value
}
