resource "terraform_data" "a" {
  triggers_replace = 2
}

resource "terraform_data" "b" {
  input            = "b"
  triggers_replace = 2
  lifecycle {
    ignore_changes = [input]
  }
}
