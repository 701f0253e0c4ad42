#! same
#! with -var size=20
