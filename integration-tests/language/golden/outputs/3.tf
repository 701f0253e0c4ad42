output "known" {
  value = null
}
