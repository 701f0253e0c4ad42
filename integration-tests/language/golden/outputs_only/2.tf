output "a" {
  value = { x = 1, y = [1, 3] }
}

output "b" {
  value = true
}
