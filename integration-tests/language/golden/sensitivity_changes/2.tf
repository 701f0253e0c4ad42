resource "terraform_data" "a" {
  input = sensitive("x")
}

resource "terraform_data" "b" {
  input = "x"
}

output "o" {
  value     = "x"
  sensitive = true
}

output "p" {
  value = "x"
}
