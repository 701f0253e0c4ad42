#! same
#! with -target=terraform_data.d[1]
