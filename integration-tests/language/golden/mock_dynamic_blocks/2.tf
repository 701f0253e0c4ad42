#! same
#! with -var names=["b","c","d"]
