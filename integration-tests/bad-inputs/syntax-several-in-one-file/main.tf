variable "region" {
  type = string
  default = "ap-northeast-1
}

locals {
  a = [1, 2
  b = 3
}

resource "aws_vpc" "main" {
  cidr_block: "10.0.0.0/16"
}

output "x" {
  value = 1 +
}
