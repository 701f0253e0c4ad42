provider "aws" {
  region              = "ap-northeast-1"
  allowed_account_ids = ["999999999999"]
}
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}
