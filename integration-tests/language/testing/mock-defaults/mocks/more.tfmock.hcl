mock_data "tfcoremock_simple_resource" {
  defaults = {
    string = "from the folder"
  }
}

override_resource {
  target = tfcoremock_complex_resource.b[1]

  values = {
    id = "from the folder"
  }
}
