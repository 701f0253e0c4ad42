run "first" {
}

run "second" {
  command = plan

  variables {
    x = "other"
  }

  plan_options {
    mode = refresh-only
  }

  assert {
    condition     = output.x == "default"
    error_message = "x is ${output.x}"
  }
}
