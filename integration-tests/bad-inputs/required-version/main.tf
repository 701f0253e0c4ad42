terraform {
  required_version = ">= 99.0"
}
resource "aws_vcp" "main" {
}
