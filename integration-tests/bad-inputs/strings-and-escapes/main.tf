locals {
  a = "\d+"
  b = "C:\path"
  c = "${1 + }"
  d = "%{ if true }x"
  e = "say "hello""
}
