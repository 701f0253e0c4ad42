resource "terraform_data" "a" {
  input = { x = 1, y = { z = 1 }, w = 1 }
  lifecycle {
    ignore_changes = [input.y.z, input["w"]]
  }
}

resource "terraform_data" "b" {
  input = ["a", "b"]
  lifecycle {
    ignore_changes = [input[0]]
  }
}
