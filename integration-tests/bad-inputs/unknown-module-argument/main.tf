module "network" {
  source = "./network"
  cird   = "10.0.0.0/16"
  extra  = true
}
