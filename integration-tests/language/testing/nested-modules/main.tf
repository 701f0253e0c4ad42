module "outer" {
  source = "./outer"
}

output "path" {
  value = module.outer.path
}
