resource "terraform_data" "d" {
  input            = 2
  triggers_replace = "new"
}

moved {
  from = terraform_data.c
  to   = terraform_data.d
}
