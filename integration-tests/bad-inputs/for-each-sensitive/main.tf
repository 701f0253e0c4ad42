variable "tenants" {
  type      = set(string)
  sensitive = true
  default   = ["hunter2-hidden"]
}
resource "aws_vpc" "main" {
  for_each   = var.tenants
  cidr_block = "10.0.0.0/16"
}
resource "aws_vpc" "counted" {
  count      = length(var.tenants)
  cidr_block = "10.0.0.0/16"
}
