module "one" {
  source = "./part"
  name   = "uno"
}

module "many" {
  source   = "./part"
  for_each = { a = "x", c = "z" }
  name     = "${each.value} ${module.one.id}"
}

output "names" {
  value = { for k, m in module.many : k => m.name }
}
