module "a" {
  source = "./part"
  name   = "x"
}

moved {
  from = terraform_data.part
  to   = module.a.terraform_data.part
}
