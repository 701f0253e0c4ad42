variable "x" {}
resource "terraform_data" "i" { input = var.x }
output "o" { value = terraform_data.i.output }
