#! same
#! with -replace=terraform_data.trigger
