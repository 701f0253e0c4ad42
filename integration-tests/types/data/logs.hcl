resource "aws_cloudwatch_log_group" "one" {
  name              = "/test/one"
  retention_in_days = 7
  tags              = { a = "1" }
}

data "aws_cloudwatch_log_group" "one" {
  name = aws_cloudwatch_log_group.one.name
  depends_on = [aws_cloudwatch_log_group.one]
}
