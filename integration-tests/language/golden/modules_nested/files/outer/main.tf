variable "prefix" {
  type = string
}

module "inner" {
  source   = "../part"
  for_each = toset(["x", "y"])
  name     = "${var.prefix}-${each.key}"
}

resource "terraform_data" "own" {
  input      = [for m in module.inner : m.id]
  depends_on = [module.inner]
}

output "names" {
  value = [for m in module.inner : m.name]
}
