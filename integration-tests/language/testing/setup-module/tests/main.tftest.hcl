run "setup" {
  module {
    source = "./setup"
  }

  variables {
    length = 3
  }
}

run "main" {
  variables {
    x = join(",", run.setup.words)
  }

  assert {
    condition     = output.x == "word-0,word-1,word-2"
    error_message = "x is ${output.x}"
  }
}

run "setup_again" {
  module {
    source = "./setup"
  }

  variables {
    length = length(run.setup.words) - 1
  }

  assert {
    condition     = length(output.words) == 2 && length(run.setup.words) == 3
    error_message = "words"
  }
}
