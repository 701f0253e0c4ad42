resource "terraform_data" "a" {
  input = "x"
}

resource "terraform_data" "b" {
  input = sensitive("x")
}

output "o" {
  value = "x"
}

output "p" {
  value     = "x"
  sensitive = true
}
