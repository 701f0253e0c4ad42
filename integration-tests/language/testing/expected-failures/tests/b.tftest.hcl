run "pre_plan" {
  command = plan
  variables { x = "pre" }
  expect_failures = [terraform_data.a]
}
run "post_apply" {
  variables { x = "post" }
  expect_failures = [terraform_data.a]
}
run "out_apply" {
  variables { x = "outp" }
  expect_failures = [output.o]
}
run "check_apply" {
  variables { x = "warn" }
  expect_failures = [check.c]
}
run "missing" {
  variables { x = "ok" }
  expect_failures = [check.c, output.o]
}
run "unexpected_check" {
  variables { x = "warn" }
}
run "unexpected_pre" {
  command = plan
  variables { x = "pre" }
}
run "skipped" {
}
