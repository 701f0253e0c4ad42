variable "x" {
  default = "good"
}

resource "terraform_data" "a" {
  input = var.x
}

output "known" {
  value = var.x

  precondition {
    condition     = var.x != "bad"
    error_message = "x is bad"
  }
}

output "later" {
  value = terraform_data.a.output

  precondition {
    condition     = terraform_data.a.output != "worse"
    error_message = "the output is worse"
  }
}
