#! same
#! with -var name=evil
