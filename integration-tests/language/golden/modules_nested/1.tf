module "outer" {
  source = "./outer"
  count  = 2
  prefix = "p${count.index}"
}

output "ids" {
  value = module.outer[*].names
}
