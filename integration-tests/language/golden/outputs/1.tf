resource "terraform_data" "a" {
  input = "x"
}

output "known" {
  value = "k"
}

output "late" {
  value = terraform_data.a.id
}

output "partly" {
  value = { id = terraform_data.a.id, name = "n" }
}

output "gone" {
  value = ["a", "b"]
}

output "none" {
  value = null
}
