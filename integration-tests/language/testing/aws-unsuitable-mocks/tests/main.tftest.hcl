mock_provider "aws" {
  mock_resource "aws_vpc" {
    override_during = plan
    defaults = { arn = ["a"] , owner_id = null }
  }
}
run "p" { 
  command = plan 
  assert {
    condition = aws_vpc.a.owner_id == 5
    error_message = jsonencode(aws_vpc.a)
  }
}
