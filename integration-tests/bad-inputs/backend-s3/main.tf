variable "environment" {
  default = "test"
}
terraform {
  backend "s3" {
    buket        = "states"
    key          = "${var.environment}/platform.tfstate"
    use_lockfile = "maybe"
  }
}
