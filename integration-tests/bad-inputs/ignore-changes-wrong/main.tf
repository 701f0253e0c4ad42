resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
  lifecycle {
    ignore_changes       = [tag, "cidr_block"]
    replace_triggered_by = [aws_vpc.other, var.x]
  }
}
variable "x" {
  default = 1
}
