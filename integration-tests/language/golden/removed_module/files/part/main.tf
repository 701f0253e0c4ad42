variable "name" {
  type = string
}

resource "terraform_data" "part" {
  input = var.name
}
