resource "terraform_data" "a" {
  count = 2
  input = count.index
}

output "ids" {
  value = terraform_data.a[*].id
}
