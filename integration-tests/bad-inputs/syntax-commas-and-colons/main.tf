locals {
  list = ["a" "b"]
  map  = { a = 1 b = 2 }
  call = max(1 2)
  cond = true ? 1
}
