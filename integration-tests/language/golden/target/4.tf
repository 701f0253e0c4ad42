#! same
#! with -destroy -target=terraform_data.b
