resource "terraform_data" "a" {
  input = "a"
}

resource "terraform_data" "b" {
  input            = terraform_data.a.id
  triggers_replace = [terraform_data.a.output]
}

module "m" {
  source = "./m"
  x      = terraform_data.b.output
}

output "same" {
  value = module.m.x == terraform_data.a.id
}
