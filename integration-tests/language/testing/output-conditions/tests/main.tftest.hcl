run "at_plan" {
  command = plan

  variables {
    x = "bad"
  }

  expect_failures = [output.known]
}

run "at_apply" {
  variables {
    x = "worse"
  }

  expect_failures = [output.later]
}

run "too_early" {
  variables {
    x = "bad"
  }

  expect_failures = [output.known]
}
