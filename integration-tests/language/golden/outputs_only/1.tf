output "a" {
  value = { x = 1, y = [1, 2] }
}
