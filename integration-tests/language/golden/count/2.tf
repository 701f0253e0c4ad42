resource "terraform_data" "a" {
  count = 4
  input = count.index
}
