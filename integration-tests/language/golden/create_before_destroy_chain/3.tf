#! with -destroy
#! same
