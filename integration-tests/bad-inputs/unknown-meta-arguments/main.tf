resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
  lifecycle {
    prevent_destory = true
    ignore_changes  = [tag]
  }
}
resource "aws_vpc" "other" {
  cidr_block = "10.0.0.0/16"
  depends_on = "aws_vpc.main"
  lifecycle {
    prevent_destroy = var.protect
  }
}
variable "protect" {
  default = true
}
