provider "tfcoremock" {
  resource_directory = var.text
}

variables {
  text = "objects"
}

run "real" {
  variables {
    text = "in a run"
  }

  assert {
    condition     = tfcoremock_simple_resource.a.string == "in a run"
    error_message = "real"
  }
}
