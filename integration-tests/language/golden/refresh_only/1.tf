variable "tag" {
  default = "one"
}

resource "terraform_data" "a" {
  input = "x"
}

output "tag" {
  value = var.tag
}
