run "real" {
  assert {
    condition     = output.path.a == "x"
    error_message = jsonencode(output.path)
  }
}

run "one_given" {
  override_module {
    target = module.outer.module.inner["b"]

    outputs = {
      name = "given"
    }
  }

  assert {
    condition     = output.path.a == "x"
    error_message = jsonencode(output.path)
  }
}

run "all_given" {
  state_key = "fresh"

  override_module {
    target = module.outer

    outputs = {
      path = "given"
    }
  }

  assert {
    condition     = output.path == "x"
    error_message = jsonencode(output.path)
  }
}
