#! same
#! with -var size=1
