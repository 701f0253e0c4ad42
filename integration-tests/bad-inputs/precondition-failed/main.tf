resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
  lifecycle {
    precondition {
      condition     = 1 > 2
      error_message = "One is not greater than two."
    }
    precondition {
      condition     = "yes"
      error_message = "x"
    }
  }
}
output "o" {
  value = 1
  precondition {
    condition     = false
    error_message = "Never."
  }
}
