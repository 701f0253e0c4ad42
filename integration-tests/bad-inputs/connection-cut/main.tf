data "aws_availability_zones" "all" {}
