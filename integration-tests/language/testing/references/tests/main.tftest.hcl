variables { 
 x = "v"
 extra = "e"
}
run "a" {
  assert {
    condition = var.extra == "e"
    error_message = "no"
  }
  assert {
    condition = run.b.o == "e"
    error_message = "no"
  }
  assert {
    condition = run.a.o == "v" && run.zz.o == "e"
    error_message = "no"
  }
  assert {
    condition = var.nope == "e"
    error_message = "no"
  }
  assert {
    condition = local.nope == "e"
    error_message = "no"
  }
  assert {
    condition = terraform_data.nope.id == "e"
    error_message = "no"
  }
  assert {
    condition = output.nope == "e"
    error_message = "no"
  }
  assert {
    condition = output.o.x == "e"
    error_message = "no"
  }
  assert {
    condition = output.o
    error_message = "no"
  }
  assert {
    condition = output.o == null ? true : null
    error_message = "no"
  }
  assert {
    condition = output.o != "v"
    error_message = 5
  }
  assert {
    condition = output.o != "v"
    error_message = ["a"]
  }
  assert {
    condition = output.o != "v"
    error_message = "is ${run.a.zip}"
  }
}
run "b" {
  command = plan
  assert {
    condition = terraform_data.a.id == "e"
    error_message = "no"
  }
  assert {
    condition = output.o == "e"
    error_message = "no"
  }
}
