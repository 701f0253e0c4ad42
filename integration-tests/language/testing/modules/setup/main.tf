variable "x" { default = "setup" }
variable "y" { default = "y" }
resource "terraform_data" "s" { input = "${var.x}-${var.y}" }
output "s" { value = terraform_data.s.output }
output "path" { value = [path.module, path.root, path.cwd == "" ] }
