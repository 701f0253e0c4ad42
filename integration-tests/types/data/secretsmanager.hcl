# differs: aws_secretsmanager_secret_version.secret_string: kiban's plans hold no secrets
# differs: aws_secretsmanager_secret_version.secret_binary: kiban's plans hold no secrets
# differs: aws_secretsmanager_random_password.id: another password each time
# differs: aws_secretsmanager_random_password.random_password: another password each time
resource "aws_secretsmanager_secret" "one" {
  name                    = "one"
  description             = "For the test"
  recovery_window_in_days = 0
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { AWS = "*" }, Action = "secretsmanager:GetSecretValue", Resource = "*" }]
  })
  tags = { a = "1" }
}

resource "aws_secretsmanager_secret_version" "one" {
  secret_id     = aws_secretsmanager_secret.one.id
  secret_string = "value"
}

data "aws_secretsmanager_secret" "by_arn" {
  arn        = aws_secretsmanager_secret.one.arn
  depends_on = [aws_secretsmanager_secret_version.one]
}

data "aws_secretsmanager_secret" "by_name" {
  name       = aws_secretsmanager_secret.one.name
  depends_on = [aws_secretsmanager_secret_version.one]
}

data "aws_secretsmanager_secret_version" "current" {
  secret_id  = aws_secretsmanager_secret.one.id
  depends_on = [aws_secretsmanager_secret_version.one]
}

data "aws_secretsmanager_secret_version" "by_id" {
  secret_id  = aws_secretsmanager_secret.one.id
  version_id = aws_secretsmanager_secret_version.one.version_id
}

data "aws_secretsmanager_secrets" "all" {
  depends_on = [aws_secretsmanager_secret.one]
}

data "aws_secretsmanager_secrets" "some" {
  filter {
    name   = "name"
    values = ["one"]
  }
  depends_on = [aws_secretsmanager_secret.one]
}

data "aws_secretsmanager_random_password" "one" {
  password_length     = 20
  exclude_punctuation = true
}
