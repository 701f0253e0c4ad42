variable "region" {
  default = "ap-northeast-1"
}
locals {
  a = var.regoin
  b = var.entirely_different
  c = "${var.region}-${var.rgion}"
}
