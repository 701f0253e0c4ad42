locals {
  a = file("missing.txt")
  b = jsondecode("{\"a\": }")
  c = regex("[", "x")
  d = templatefile("t.tftpl", { name = "x" })
  e = yamldecode("a: [1")
  f = base64decode("%%%")
  g = lookup({ a = 1 }, "b")
  h = element([], 0)
  i = max()
  j = cidrhost("10.0.0.0/30", 9)
}
output "all" {
  value = [local.a, local.b, local.c, local.d, local.e, local.f, local.g, local.h, local.i, local.j]
}
