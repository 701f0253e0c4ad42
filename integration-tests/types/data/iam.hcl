resource "aws_iam_role" "one" {
  name        = "one"
  path        = "/team/"
  description = "For the test"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }]
  })
  tags = { a = "1" }
}

resource "aws_iam_role" "two" {
  name               = "two"
  assume_role_policy = aws_iam_role.one.assume_role_policy
}

resource "aws_iam_policy" "one" {
  name        = "one"
  path        = "/team/"
  description = "For the test"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "s3:ListBucket", Resource = "*" }]
  })
  tags = { a = "1" }
}

resource "aws_iam_openid_connect_provider" "one" {
  url             = "https://oidc.example.org/id/1"
  client_id_list  = ["sts.amazonaws.com"]
  thumbprint_list = ["9e99a48a9960b14926bb7f3b02e22da2b0ab7280"]
  tags            = { a = "1" }
}

data "aws_iam_role" "one" {
  name = aws_iam_role.one.name
  depends_on = [aws_iam_role.one]
}

data "aws_iam_roles" "all" {
  depends_on = [aws_iam_role.one, aws_iam_role.two]
}

data "aws_iam_roles" "some" {
  name_regex  = "^o"
  path_prefix = "/team/"
  depends_on  = [aws_iam_role.one, aws_iam_role.two]
}

data "aws_iam_policy" "by_arn" {
  arn = aws_iam_policy.one.arn
}

data "aws_iam_policy" "by_name" {
  name        = aws_iam_policy.one.name
  path_prefix = "/team/"
  depends_on = [aws_iam_policy.one]
}

data "aws_iam_session_context" "role" {
  arn = aws_iam_role.one.arn
}

data "aws_iam_session_context" "session" {
  arn = "arn:aws:sts::123456789012:assumed-role/${aws_iam_role.two.name}/me"
  depends_on = [aws_iam_role.two]
}

data "aws_iam_openid_connect_provider" "by_arn" {
  arn = aws_iam_openid_connect_provider.one.arn
}

data "aws_iam_openid_connect_provider" "by_url" {
  url        = "https://oidc.example.org/id/1"
  depends_on = [aws_iam_openid_connect_provider.one]
}
