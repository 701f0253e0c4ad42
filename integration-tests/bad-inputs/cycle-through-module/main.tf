module "dns" {
  source = "./echo"
  input  = module.network.output
}
module "network" {
  source = "./echo"
  input  = aws_vpc.main.id
}
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
  tags       = { Zone = module.dns.output }
}
