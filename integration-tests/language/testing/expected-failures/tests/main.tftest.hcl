run "var_apply" {
  variables { x = "bad" }
  expect_failures = [var.x]
}
run "var_plan" {
  command = plan
  variables { x = "bad" }
  expect_failures = [var.x]
}
