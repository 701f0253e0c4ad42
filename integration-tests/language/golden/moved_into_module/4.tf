resource "terraform_data" "out" {
  input = "y"
}

moved {
  from = module.a[0].terraform_data.part
  to   = terraform_data.out
}
