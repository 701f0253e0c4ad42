variable "path" {
  default = "x"
}
terraform {
  backend "local" {
    path = var.path
    pth  = "x"
  }
}
