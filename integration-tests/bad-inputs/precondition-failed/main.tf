locals {
  one = 1
  yes = "yes"
}
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
  lifecycle {
    precondition {
      condition     = local.one > 2
      error_message = "One is not greater than two."
    }
    precondition {
      condition     = local.yes
      error_message = "x"
    }
  }
}
output "o" {
  value = 1
  precondition {
    condition     = local.one > 2
    error_message = "Never."
  }
}
