resource "terraform_data" "a" {
  input = "x"
}

output "known" {
  value = "changed"
}

output "late" {
  value = terraform_data.a.id
}

output "partly" {
  value = { id = terraform_data.a.id, name = "m", more = true }
}

output "fresh" {
  value       = 1.5
  description = "It is new."
}

output "none" {
  value = null
}
