#! same
#! with -var on=true
