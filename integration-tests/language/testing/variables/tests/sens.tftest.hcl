variables { 
  req = 1 
  undeclared = 2
}
run "no_value" {
  assert {
    condition = output.sens == "x"
    error_message = "sens is ${output.sens}"
  }
  assert {
    condition = issensitive(output.sens)
    error_message = "sens not"
  }
  assert {
    condition = nonsensitive(output.sens) == "x"
    error_message = "sens plain"
  }
}
run "second" {
  command = plan
  variables { 
     req = run.no_value.sens == "s-1" ? 7 : 8 
     nothere = 3
  }
  assert {
    condition = var.req == 7 && terraform_data.a.input == 9 && length(output.list) == 4
    error_message = "req"
  }
}
