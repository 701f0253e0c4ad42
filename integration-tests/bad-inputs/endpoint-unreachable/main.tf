data "aws_caller_identity" "me" {}
data "aws_availability_zones" "all" {}
data "aws_region" "here" {}
data "aws_iam_policy_document" "d" {
  statement {
    actions   = ["s3:GetObject"]
    resources = ["*"]
  }
}
resource "aws_vpc" "main" {
  count      = 50
  cidr_block = "10.0.0.0/16"
  tags       = { Account = data.aws_caller_identity.me.account_id }
}
