module "network" {
  source = "./network"
  cidr   = "10.0.0.0/16"
}
output "vpc" {
  value = module.network.vpc_ids
}
output "zone" {
  value = module.netwrok.vpc_id
}
