run "bad_target" {
  plan_options {
    target = [5, terraform_data.x]
  }
}
run "bad2" {
  plan_options {
    target = terraform_data.x
  }
  plan_options { }
  state_key = ["a"]
  expect_failures = var.x
  assert = 5
  variables = { x = 1 }
}
run { }
run "a" "b" { }
x = 1
