module "a" {
  source = "./part"
  count  = 1
  name   = "y"
}
