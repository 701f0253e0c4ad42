run "x" {
  variables { req = terraform_data.a.input }
}
