mock_provider "tfcoremock" {
}

run "made_up" {
  assert {
    condition     = alltrue([for id in output.ids : length(id) == 8 || id == "there"]) && length(distinct(output.ids)) == 4
    error_message = jsonencode(output.ids)
  }

  assert {
    condition     = tfcoremock_complex_resource.b[0].string == tfcoremock_simple_resource.a.id
    error_message = "b refers to a"
  }
}

run "keeps" {
  variables {
    text = "changed"
  }

  assert {
    condition     = output.ids == run.made_up.ids && tfcoremock_simple_resource.a.string == "changed"
    error_message = jsonencode([output.ids, run.made_up.ids])
  }
}

run "unknown_in_plan" {
  command   = plan
  state_key = "fresh"

  assert {
    condition     = tfcoremock_simple_resource.a.id != ""
    error_message = "unknown"
  }
}
