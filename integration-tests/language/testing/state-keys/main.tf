variable "x" { default = "d" }
resource "terraform_data" "a" { 
  input = var.x 
  triggers_replace = var.x
}
resource "terraform_data" "b" { 
  count = var.x == "two" ? 2 : 1
  input = terraform_data.a.id
}
output "id" { value = terraform_data.a.id }
