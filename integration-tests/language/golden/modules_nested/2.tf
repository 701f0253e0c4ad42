module "outer" {
  source = "./outer"
  count  = 1
  prefix = "q${count.index}"
}

output "ids" {
  value = module.outer[*].names
}
