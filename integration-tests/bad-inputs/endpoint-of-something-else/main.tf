variable "endpoint" {
  type = string
}
provider "aws" {
  endpoints {
    ec2 = var.endpoint
  }
}
data "aws_availability_zones" "all" {}
