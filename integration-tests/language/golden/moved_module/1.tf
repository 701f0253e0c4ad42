module "a" {
  source = "./part"
  name   = "x"
}
