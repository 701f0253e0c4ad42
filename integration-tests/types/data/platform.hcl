# differs: aws_ssm_parameter.value: kiban's plans hold no secrets
resource "aws_ecr_repository" "main" {
  name = "team/main"
  tags = { a = "1" }
}

resource "aws_s3_bucket" "main" {
  bucket = "data-${data.aws_caller_identity.me.account_id}"
}

resource "aws_sqs_queue" "main" {
  name = "main"
  tags = { a = "1" }
}

resource "aws_ssm_parameter" "main" {
  name  = "/team/main"
  type  = "String"
  value = "x"
}

resource "aws_launch_template" "main" {
  name     = "main"
  image_id = "ami-0123456789abcdef0"
}

data "aws_caller_identity" "me" {}

data "aws_partition" "here" {}

data "aws_region" "here" {}

data "aws_region" "there" {
  name = "eu-central-1"
}

data "aws_canonical_user_id" "me" {}

data "aws_autoscaling_groups" "all" {}

data "aws_ecr_repository" "main" {
  name       = "team/main"
  depends_on = [aws_ecr_repository.main]
}

data "aws_s3_bucket" "main" {
  bucket     = "data-${data.aws_caller_identity.me.account_id}"
  depends_on = [aws_s3_bucket.main]
}

data "aws_sqs_queue" "main" {
  name       = "main"
  depends_on = [aws_sqs_queue.main]
}

data "aws_ssm_parameter" "main" {
  name       = "/team/main"
  depends_on = [aws_ssm_parameter.main]
}

data "aws_iam_policy_document" "main" {
  statement {
    sid       = "Read"
    actions   = ["s3:GetObject", "s3:ListBucket"]
    resources = ["arn:aws:s3:::a/*", "arn:aws:s3:::a"]
    condition {
      test     = "StringEquals"
      variable = "aws:PrincipalOrgID"
      values   = ["o-1", "o-2"]
    }
  }
  statement {
    effect      = "Deny"
    not_actions = ["s3:*"]
    resources   = ["*"]
    principals {
      type        = "AWS"
      identifiers = ["*"]
    }
  }
}
