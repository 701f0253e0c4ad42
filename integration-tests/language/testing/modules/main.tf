variable "x" {}
module "inner" { source = "./inner" }
resource "terraform_data" "a" { input = var.x }
output "o" { value = terraform_data.a.output }
check "inn" {
  assert {
    condition = module.inner.v == "inner-v"
    error_message = "bad inner"
  }
}
