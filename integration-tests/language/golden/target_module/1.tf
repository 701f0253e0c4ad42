#! with -target=module.a["x"]
module "a" {
  source   = "./part"
  for_each = toset(["x", "y"])
  name     = terraform_data.before.id
}

resource "terraform_data" "before" {}

resource "terraform_data" "after" {
  input = [for m in module.a : m.id]
}
