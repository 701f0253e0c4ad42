variable "x" {
  type = string
  default = "def"
  validation {
    condition = var.x != "bad"
    error_message = "x must not be bad."
  }
}
resource "terraform_data" "a" {
  input = var.x
  lifecycle {
    precondition { 
      condition = var.x != "pre"
      error_message = "pre"
    }
    postcondition { 
      condition = self.output != "post"
      error_message = "post"
    }
  }
}
output "o" { 
  value = terraform_data.a.output
  precondition { 
      condition = terraform_data.a.output != "outp"
      error_message = "outp"
    }
 }
check "c" {
  assert {
    condition = terraform_data.a.output != "warn"
    error_message = "check fails"
  }
}

