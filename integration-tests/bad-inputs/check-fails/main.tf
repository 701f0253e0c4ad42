locals {
  sites = 1
}
check "health" {
  assert {
    condition     = local.sites > 2
    error_message = "The site is down."
  }
}
output "x" {
  value = 1
}
