#! same
#! with -var healthy=true
