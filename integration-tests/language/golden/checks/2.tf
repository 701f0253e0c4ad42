#! same
#! with -var healthy=false
