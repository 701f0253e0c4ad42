variable "password" {
  type      = string
  sensitive = true
  default   = "hunter2-hidden"
}
locals {
  number = tonumber(var.password)
  index  = { a = 1 }[var.password]
  json   = jsondecode(var.password)
  sum    = var.password + 1
  file   = file(var.password)
  date   = formatdate("YYYY", var.password)
}
resource "aws_vpc" "main" {
  cidr_block = var.password
}
output "all" {
  sensitive = true
  value     = [local.number, local.index, local.json, local.sum, local.file, local.date]
}
