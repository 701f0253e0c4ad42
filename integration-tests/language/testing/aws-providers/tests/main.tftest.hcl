mock_provider "aws" { 
 alias = "fake"
}
mock_provider "aws" { 
  alias = "sec"
  source = "./mocks"
}
run "first" { 
  providers = {
    aws = aws.fake
    aws.sec = aws.sec
  }
  assert {
    condition = aws_vpc.b.arn == 2
    error_message = "no"
  }
}
run "unknown" { 
  providers = {
    aws = aws.zip
  }
}
run "none" {
}
