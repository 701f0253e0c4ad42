variables { x = "file" }
run "setup" {
  module { source = "./setup" }
  assert {
    condition = output.s == "file-y" && terraform_data.s.input == "q"
    error_message = "s"
  }
  assert {
    condition = output.path == 1
    error_message = jsonencode(output.path)
  }
}
run "main" {
  command = plan
  variables { x = run.setup.s }
  expect_failures = [ terraform_data.a ]
  assert {
    condition = terraform_data.a.input == "file-y" && var.x == "aa"
    error_message = "main"
  }
  assert {
    condition = module.inner.v == "file-y"
    error_message = "main"
  }
  assert {
    condition = module.inner.w == "file-y"
    error_message = "main"
  }
  assert {
    condition = module.inner == "file-y"
    error_message = "main"
  }
}
run "app" {
}
