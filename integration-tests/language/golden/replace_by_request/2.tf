#! same
#! with -replace=terraform_data.b["two"]
