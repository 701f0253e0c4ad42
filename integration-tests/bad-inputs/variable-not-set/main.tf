variable "region" {
  type = string
}
variable "zone" {
  type        = string
  description = "Zone below which everything is reachable."
}
resource "aws_vpc" "main" {
  cidr_block = var.region
}
