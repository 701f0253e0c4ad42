module "network" {
  source = "./network"
  cidr   = "10.0.0.0/16"
  zones  = "a"
}
module "other" {
  source   = "./network"
  for_each = ["a"]
  cidr     = each.key
  providers = {
    aws.west = aws
    aws      = aws.tokyo
  }
}
output "subnet" {
  value = module.network.aws_subnet.a.id
}
