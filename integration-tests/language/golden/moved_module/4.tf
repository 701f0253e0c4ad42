module "b" {
  source   = "./part"
  for_each = toset(["p", "q"])
  name     = "x"
}

moved {
  from = module.b[0]
  to   = module.b["p"]
}

moved {
  from = module.b[1]
  to   = module.b["q"]
}
