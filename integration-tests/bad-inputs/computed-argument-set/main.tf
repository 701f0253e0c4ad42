resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
  arn        = "arn:aws:ec2:ap-northeast-1:123456789012:vpc/vpc-1"
  owner_id   = "123456789012"
}
