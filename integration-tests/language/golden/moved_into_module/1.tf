resource "terraform_data" "part" {
  input = "x"
}
