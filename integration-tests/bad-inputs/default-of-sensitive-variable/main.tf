variable "password" {
  type      = string
  sensitive = true
}
variable "port" {
  type      = number
  sensitive = true
}
