check "health" {
  assert {
    condition     = 1 > 2
    error_message = "The site is down."
  }
}
output "x" {
  value = 1
}
