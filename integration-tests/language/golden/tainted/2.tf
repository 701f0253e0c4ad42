#! same
#! taint terraform_data.a
