variable "tenants" {
  type    = list(string)
  default = ["a", "A!"]
  validation {
    condition     = alltrue([for t in var.tenants : can(regex("^[a-z]+$", t))])
    error_message = "Names of tenants consist of small letters."
  }
  validation {
    condition     = length(var.tenants) > 2
    error_message = "There must be at least 3 tenants, not ${length(var.tenants)}."
  }
}
variable "password" {
  type      = string
  sensitive = true
  default   = "hunter2-hidden"
  validation {
    condition     = length(var.password) > 20
    error_message = "Too short: ${var.password}."
  }
}
module "m" {
  source = "./m"
  cidr   = "10.0.0.0"
}
