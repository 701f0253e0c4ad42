#! same
#! with -var limit=0
