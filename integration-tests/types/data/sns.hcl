resource "aws_sns_topic" "told" {
  name = "told"
  tags = {
    team = "a"
  }
}

resource "aws_sns_topic" "plain" {
  name = "plain"
}

data "aws_sns_topic" "told" {
  name = aws_sns_topic.told.name
}

data "aws_sns_topic" "plain" {
  name = aws_sns_topic.plain.name
}
