variable "object" {
  type = object({
    name = string
    size = optional(number, 3)
    tags = optional(map(string))
  })
  default = { name = "n" }
}

variable "list" {
  type    = list(string)
  default = ["a", "b"]
}

variable "any" {
  default = [1, "x"]
}

locals {
  names = [for n in var.list : upper(n)]
}

resource "terraform_data" "a" {
  input = merge(var.object, { names = local.names, any = var.any })
}
