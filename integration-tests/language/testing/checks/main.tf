variable "x" {
  default = "good"
}

resource "terraform_data" "a" {
  input = var.x
}

check "known" {
  assert {
    condition     = var.x != "bad"
    error_message = "x is bad"
  }
}

check "later" {
  assert {
    condition     = terraform_data.a.output != "worse"
    error_message = "the output is worse"
  }
}
