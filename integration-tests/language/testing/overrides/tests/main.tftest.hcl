mock_provider "aws" {}
override_resource {
  target = terraform_data.a
  values = { id = "over", output = 7, input = 8 }
}
override_resource {
  target = terraform_data.nope
}
override_module {
  target = module.zip
}
override_module {
  target = module.m[1]
  outputs = { o = "over" }
}
run "x" {
  assert {
    condition = output.m == 1 || output.td.id == 1 || terraform_data.a.output == 5 || terraform_data.a.input == 2
    error_message = jsonencode([output.m, output.td])
  }
}
run "y" {
  override_resource {
    target = terraform_data.a
    values = { id = "inner" }
  }
  override_module {
    target = module.m
    outputs = { o = "all" }
  }
  assert {
    condition = output.m == 1 || output.td.id == 1 || terraform_data.a.output == 5 || terraform_data.a.input == 2
    error_message = jsonencode([output.m, output.td])
  }
}
