variable "a" {
  type = lst(string)
}
variable "b" {
  type = "string"
}
variable "c" {
  type = object({ a = string, b })
}
variable "d" {
  type = map
}
variable "count" {
  type = number
}
