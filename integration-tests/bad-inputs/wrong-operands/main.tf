locals {
  a = "x" + 1
  b = !"maybe"
  c = [1, 2].name
  d = { a = 1 }["b"]
  e = [1, 2][5]
  f = "text".length
  g = 1 / 0
  h = null + 1
  i = [1, 2] ? "a" : "b"
  j = tonumber("one")
}
output "all" {
  value = [local.a, local.b, local.c, local.d, local.e, local.f, local.g, local.h, local.i, local.j]
}
