run "makes" {
  assert {
    condition     = output.same
    error_message = "ids differ"
  }
}

run "replaces" {
  plan_options {
    replace = [terraform_data.a]
  }

  assert {
    condition     = output.same && terraform_data.a.id != run.makes.same
    error_message = "ids differ"
  }
}
