#! same
#! with -var name=x
