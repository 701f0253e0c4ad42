removed {
  from = terraform_data.b
  lifecycle {
    destroy = false
  }
}

removed {
  from = terraform_data.c
  lifecycle {
    destroy = true
  }
}

resource "terraform_data" "a" {}
