run "global" {
  assert {
    condition     = output.x == "none"
    error_message = output.x
  }
}

run "undeclared" {
  variables {
    x = var.extra
  }

  assert {
    condition     = output.x == "none"
    error_message = output.x
  }
}

run "environment" {
  variables {
    x = var.env
  }

  assert {
    condition     = output.x == "none"
    error_message = output.x
  }
}
