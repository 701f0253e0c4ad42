x = "tests"
