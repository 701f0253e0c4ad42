run "pre_apply" {
  variables { x = "pre" }
  expect_failures = [terraform_data.a]
}
run "x" {}
