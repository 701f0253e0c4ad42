varaibles { x = 1 }
run "a b" {}
run "one" {
  command = destroy
  foo = 1
  assert {
    condition = true
  }
  assert {
    error_message = "x"
  }
  expect_failures = [var.x, local.y, module.z, "str", output.x, var.x, path.module, run.a]
  blorb {}
}
run "one" {}
run "two" {
  plan_options {
    mode = fast
    refresh = "maybe"
    foo = 1
  }
  variables {}
  variables {}
  module {
    source = "./x"
  }
  module { source = "./x" }
}
run "three" {
  module { }
  providers = { a = b.c.d, y = 1 }
  state_key = 5
}
provider "aws" "b" {}
override_resource { values = {} }
override_resource { target = module.x }
override_data { target = aws_x.y }
override_data { 
  target = data.aws_x.y 
  values = 1
  override_during = never
}
override_data { target = data.aws_x.y }
override_module { target = aws_x.y }
override_module { 
 target = module.x 
 outputs = 1
}
mock_provider "aws" {
  foo = 1
  mock_resource "a" { }
  mock_resource "a" { }
  mock_data { }
  override_module { target = module.y }
  bar {}
}
mock_provider "aws" { alias = "q" }
mock_provider "aws" { alias = "q" }
provider "aws" { alias = "q" }
