provider "aws" {
  regoin     = "ap-northeast-1"
  max_retries = "often"
  default_tag {
    tags = {}
  }
}
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}
