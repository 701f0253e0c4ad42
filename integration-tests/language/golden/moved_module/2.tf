module "b" {
  source = "./part"
  name   = "x"
}

moved {
  from = module.a
  to   = module.b
}
