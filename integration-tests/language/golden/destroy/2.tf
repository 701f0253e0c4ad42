#! same
#! with -destroy
