run "first" { }
run "second" { 
  assert {
    condition = output.id == run.first.id
    error_message = "new"
  }
}
run "third" { 
  state_key = "other"
  variables { x = "two" }
  assert {
    condition = output.id != run.first.id
    error_message = "same"
  }
}
run "refresh" {
  command = plan
  plan_options {
    target = [terraform_data.a]
    replace = [terraform_data.a, terraform_data.b[0]]
  }
}
run "targeted" {
  plan_options {
    target = [terraform_data.a]
  }
}
run "replaced" {
  plan_options {
    replace = [terraform_data.a]
  }
  assert {
    condition = output.id != run.first.id
    error_message = "same"
  }
}
