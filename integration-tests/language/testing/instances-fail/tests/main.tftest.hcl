run "some_fail" {
  variables {
    limit = 1
  }

  expect_failures = [terraform_data.counted]
}

run "another_fails" {
  variables {
    limit = 2
  }

  expect_failures = [terraform_data.counted[1]]
}
