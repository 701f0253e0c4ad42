module "inner" {
  source   = "./inner"
  for_each = toset(["a", "b"])
  name     = each.key
}

output "path" {
  value = { for k, m in module.inner : k => m.name }
}
