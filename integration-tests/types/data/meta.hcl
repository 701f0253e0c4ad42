data "aws_arn" "one" {
  arn = "arn:aws:rds:eu-west-1:123456789012:db:mysql-db"
}

data "aws_default_tags" "all" {}

data "aws_elb_service_account" "here" {}

data "aws_elb_service_account" "regions" {
  for_each = toset([
    "af-south-1", "ap-east-1", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-southeast-1", "ap-southeast-2",
    "ap-southeast-3", "ca-central-1", "cn-north-1", "cn-northwest-1", "eu-central-1", "eu-north-1", "eu-south-1", "eu-west-1",
    "eu-west-2", "eu-west-3", "me-south-1", "sa-east-1", "us-east-1", "us-east-2", "us-gov-east-1", "us-gov-west-1", "us-west-1", "us-west-2",
  ])
  region = each.value
}

data "aws_service_principal" "here" {
  service_name = "ec2"
}

data "aws_service_principal" "there" {
  for_each     = toset(["codedeploy", "elasticmapreduce", "logs", "s3", "ec2", "eks"])
  service_name = each.value
  region       = "cn-north-1"
}

data "aws_service_principal" "isolated" {
  for_each     = toset(["cloudhsm", "config", "logs", "workspaces", "dms", "ec2"])
  service_name = each.value
  region       = "us-iso-east-1"
}

data "aws_service_principal" "more_isolated" {
  for_each     = toset(["cloudhsm", "config", "logs", "workspaces", "dms", "ec2"])
  service_name = each.value
  region       = "us-isob-east-1"
}

data "aws_service" "named" {
  for_each         = toset(["com.amazonaws.eu-west-1.s3", "cn.com.amazonaws.cn-north-1.ec2", "com.amazonaws.vpce.us-east-1.vpce-svc-1", "a.B.c.D"])
  reverse_dns_name = each.value
}

data "aws_service" "hosts" {
  for_each = toset(["s3.us-east-1.amazonaws.com", "EC2.us-east-1.amazonaws.com", "kinesis.cn-north-1.amazonaws.com.cn"])
  dns_name = each.value
}

data "aws_service" "here" {
  service_id = "ec2"
}

data "aws_service" "elsewhere" {
  service_id         = "ec2"
  region             = "cn-north-1"
  reverse_dns_prefix = "cn.com.amazonaws"
}

data "aws_service" "twice_named" {
  dns_name         = "s3.us-east-1.amazonaws.com"
  reverse_dns_name = "com.amazonaws.eu-west-1.ec2"
  service_id       = "eks"
}

data "aws_service" "supported" {
  for_each = { for pair in setproduct(
    ["us-east-1", "us-east-9", "cn-north-1", "us-gov-west-1", "us-iso-east-1", "us-isob-east-1", "eu-isoe-west-1", "us-isof-south-1", "eusc-de-east-1", "aws-global"],
    ["ec2", "eks", "elasticfilesystem", "aoss", "cloudfront", "api.ecr", "nothing"],
  ) : join("/", pair) => pair }
  region     = each.value[0]
  service_id = each.value[1]
}
