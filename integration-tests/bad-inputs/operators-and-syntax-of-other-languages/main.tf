locals {
  a = 1 and 2
  b = x == "y" ? 1 : 2
  c = [for x in [1] x]
  d = { for k, v in {} : k }
  e = "a" + "b"
  f = if true then 1
}
variable "x" {
  type = list(string
}
