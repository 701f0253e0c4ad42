module "b" {
  source = "./part"
  count  = 2
  name   = "x"
}
