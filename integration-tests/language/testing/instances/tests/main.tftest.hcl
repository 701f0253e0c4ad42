run "all" {
  assert {
    condition     = terraform_data.counted[1].output == 1 && terraform_data.each["b"].output == "c"
    error_message = "one of each"
  }

  assert {
    condition     = alltrue([for d in terraform_data.counted : d.output == d.input]) && terraform_data.each["b"].input == "x"
    error_message = "all of them"
  }
}

run "one_fails" {
  variables {
    limit = 2
  }

  expect_failures = [terraform_data.counted[2]]
}
