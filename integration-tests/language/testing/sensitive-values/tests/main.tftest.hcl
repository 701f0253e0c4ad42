run "hides" {
  assert {
    condition     = output.secret == "other"
    error_message = "the secret differs"
  }

  assert {
    condition     = var.secret == "hunter2" && issensitive(output.secret)
    error_message = "the secret is ${var.secret}"
  }

  assert {
    condition     = length(output.secret) == 3
    error_message = "its length is ${nonsensitive(length(output.secret))}"
  }
}

run "hands_on" {
  variables {
    secret = run.hides.secret
  }

  assert {
    condition     = terraform_data.a.output == "x"
    error_message = "still a secret: ${run.hides.secret}"
  }
}
