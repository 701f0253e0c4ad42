resource "terraform_data" "a" {
  triggers_replace = 1
}

resource "terraform_data" "b" {
  input            = "b"
  triggers_replace = 1
  lifecycle {
    ignore_changes = [input]
  }
}
