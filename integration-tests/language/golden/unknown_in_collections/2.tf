#! same
#! with -replace=terraform_data.a
