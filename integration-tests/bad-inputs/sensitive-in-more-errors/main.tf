variable "secret" {
  type      = string
  sensitive = true
  default   = "hunter2-hidden"
}
variable "number" {
  type      = number
  sensitive = true
  default   = "hunter2-hidden"
}
variable "object" {
  type      = map(object({ size = number }))
  sensitive = true
  default   = { "hunter2-hidden" = { size = "hunter2-hidden" } }
}
module "m" {
  source = "./m"
  size   = var.secret
}
locals {
  a = base64decode(var.secret)
  b = regex("^[0-9]+$", var.secret)
  c = parseint(var.secret, 10)
  d = cidrhost(var.secret, 1)
  e = lookup({ a = 1 }, var.secret)
  f = templatefile(var.secret, {})
  g = timeadd(var.secret, "1h")
  h = [1, 2][var.secret]
  i = { for k in [var.secret, var.secret] : k => 1 }
  j = tobool(var.secret)
  k = "${var.secret}" > 3
  l = var.secret.name
}
resource "aws_vpc" "main" {
  cidr_block         = "10.0.0.0/16"
  enable_dns_support = var.secret
  tags               = { (var.secret) = ["x"] }
}
