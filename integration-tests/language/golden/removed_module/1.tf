module "m" {
  source = "./part"
  name   = "x"
}
