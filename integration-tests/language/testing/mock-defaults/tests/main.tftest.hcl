mock_provider "tfcoremock" {
  alias  = "fake"
  source = "./mocks"

  mock_resource "tfcoremock_simple_resource" {
    override_during = plan

    defaults = {
      id      = "given"
      integer = 7
    }
  }
}

run "with_defaults" {
  command = plan

  providers = {
    tfcoremock = tfcoremock.fake
  }

  assert {
    condition     = tfcoremock_simple_resource.a.id == "given" && tfcoremock_simple_resource.a.integer == 1
    error_message = "known while planning"
  }
}

run "from_a_folder" {
  providers = {
    tfcoremock = tfcoremock.fake
  }

  override_data {
    target = data.tfcoremock_simple_resource.read

    values = {
      number = 5
    }
  }

  assert {
    condition     = tfcoremock_complex_resource.b[1].id == "from the folder" && tfcoremock_complex_resource.b[0].id != "from the folder"
    error_message = jsonencode(output.ids)
  }
}

run "no_such_provider" {
  providers = {
    tfcoremock = tfcoremock.nope
  }
}

run "skipped" {
}
