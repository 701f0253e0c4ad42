mock_provider "aws" {
  override_during = plan
}
override_module {
  target = module.m
  outputs = { id = "oid" , nope = 1}
}
override_data {
  target = data.aws_ami.x
  values = { id = "amiover", architecture = 5, most_recent = false }
}
override_resource {
  target = aws_vpc.a
  override_during = plan
  values = { id = "vpc-o" , cidr_block = "bla"}
}
run "plan" {
  command = plan
  assert {
    condition = output.m == 1 
    error_message = "arn"
  }
  assert {
    condition = data.aws_ami.x.id == 5 || data.aws_ami.x.architecture == 4
    error_message = "arn"
  }
  assert {
    condition = aws_vpc.a.id == 1
    error_message = "arn"
  }
}
