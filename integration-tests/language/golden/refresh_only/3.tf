#! same
#! with -refresh-only -var tag=two
