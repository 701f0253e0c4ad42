#! same
#! with -var size=5
