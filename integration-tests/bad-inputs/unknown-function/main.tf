locals {
  a = uper("x")
  b = length([1], [2])
  c = cidrsubnet("10.0.0.0/16", 8)
}
