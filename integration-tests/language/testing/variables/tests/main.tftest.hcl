run "b" {
  command = plan
  variables { req = 5 }
  assert {
    condition = terraform_data.a.id == "e"
    error_message = "no"
  }
  assert {
    condition = output.o == "e"
    error_message = "no ${output.o}"
  }
}
run "c" {}
