run "a" {
  module {
    source = "./nothere"
  }
}
