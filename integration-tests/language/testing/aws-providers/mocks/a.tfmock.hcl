mock_resource "aws_vpc" {
  defaults = { arn = "from-source" }
}
