#! same
#! with -var on=false
