run "good" {
}

run "expected" {
  command = plan

  variables {
    x = "bad"
  }

  expect_failures = [check.known]
}

run "expected_later" {
  variables {
    x = "worse"
  }

  expect_failures = [check.later]
}

run "unexpected" {
  variables {
    x = "bad"
  }
}

run "skipped" {
}
