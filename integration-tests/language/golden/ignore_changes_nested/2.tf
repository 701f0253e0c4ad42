resource "terraform_data" "a" {
  input = { x = 2, y = { z = 2 }, w = 2 }
  lifecycle {
    ignore_changes = [input.y.z, input["w"]]
  }
}

resource "terraform_data" "b" {
  input = ["x", "y"]
  lifecycle {
    ignore_changes = [input[0]]
  }
}
