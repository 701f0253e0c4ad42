removed {
  from = tfcoremock_simple_resource.a
  lifecycle {
    destroy = false
  }
}

removed {
  from = tfcoremock_simple_resource.b
  lifecycle {
    destroy = true
  }
}
