x     = "auto"
extra = 5
