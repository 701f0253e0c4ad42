override_resource {
  target          = terraform_data.a
  override_during = plan

  values = {
    id = "all"
  }
}

override_resource {
  target          = terraform_data.a[1]
  override_during = plan

  values = {
    id = "second"
  }
}

run "plan" {
  command = plan

  assert {
    condition     = output.ids == tolist(["none"])
    error_message = jsonencode(output.ids)
  }
}

run "apply" {
  assert {
    condition     = output.ids == tolist(["none"])
    error_message = jsonencode(output.ids)
  }
}
