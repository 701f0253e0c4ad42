resource "aws_kms_key" "one" {
  description             = "For the test"
  deletion_window_in_days = 7
}

resource "aws_kms_alias" "one" {
  name          = "alias/one"
  target_key_id = aws_kms_key.one.id
}

data "aws_kms_key" "by_id" {
  key_id = aws_kms_key.one.id
}

data "aws_kms_key" "by_alias" {
  key_id = aws_kms_alias.one.name
  depends_on = [aws_kms_alias.one]
}

data "aws_kms_alias" "one" {
  name = aws_kms_alias.one.name
  depends_on = [aws_kms_alias.one]
}
