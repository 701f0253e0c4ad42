variable "req" { type = number }
variable "list" { 
 type = list(string) 
 default = [] 
}
resource "terraform_data" "a" { input = var.req }
output "o" { value = terraform_data.a.output }
output "sens" { 
 value = "s-${var.req}"
 sensitive = true
}
output "list" { value = var.list }
