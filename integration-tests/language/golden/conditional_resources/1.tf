variable "on" {
  type    = bool
  default = false
}

resource "terraform_data" "a" {
  count = var.on ? 1 : 0
}

resource "terraform_data" "b" {
  input = one(terraform_data.a[*].id)
}
