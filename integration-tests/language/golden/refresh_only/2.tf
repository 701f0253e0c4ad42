#! same
#! with -refresh-only
