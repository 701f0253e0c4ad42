variables { x = "v1" }
run "plan_it" {
  command = plan
  assert {
    condition = terraform_data.a.input == "v1"
    error_message = "wrong"
  }
}
run "apply_it" {
  variables { x = "v2" }
  assert {
    condition = output.o == "v3"
    error_message = "output is ${output.o}"
  }
  assert {
    condition = var.secret == "x"
    error_message = "secret is ${var.secret}"
  }
  assert {
    condition = var.secret == "x" && output.o == "q"
    error_message = "secret is wrong"
  }
}
run "later" {
  variables { x = run.apply_it.o }
}
run "expects" {
  command = plan
  variables { x = "bad" }
  expect_failures = [var.x]
}
