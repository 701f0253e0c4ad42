module "one" {
  source = "./part"
  name   = "uno"
}
