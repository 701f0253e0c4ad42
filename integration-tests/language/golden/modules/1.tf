module "one" {
  source = "./part"
  name   = "one"
}

module "many" {
  source   = "./part"
  for_each = { a = "x", b = "y" }
  name     = "${each.value} ${module.one.id}"
}

output "names" {
  value = { for k, m in module.many : k => m.name }
}
