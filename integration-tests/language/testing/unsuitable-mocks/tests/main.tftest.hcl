mock_provider "tfcoremock" {
  mock_resource "tfcoremock_simple_resource" {
    defaults = {
      id = ["a", "b"]
    }
  }
}

run "plans" {
  command = plan
}

run "applies" {
}
