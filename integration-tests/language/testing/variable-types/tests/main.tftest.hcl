variables {
  settings = {
    name = "file"
  }
}

run "defaults" {
  command = plan

  assert {
    condition     = output.settings.size == 3 && output.settings.name == "run"
    error_message = "name is ${var.settings.name}, size is ${var.settings.size}"
  }
}

run "validated" {
  command = plan

  variables {
    settings = {
      name = "large"
      size = 7
    }
  }

  expect_failures = [var.settings]
}

run "refused" {
  command = plan

  variables {
    settings = {
      name = "large"
      size = 8
    }
  }
}
