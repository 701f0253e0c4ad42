resource "terraform_data" "attribute" {
  input            = "b"
  triggers_replace = "a"
  lifecycle {
    ignore_changes = [input]
  }
}

resource "terraform_data" "all" {
  input            = "b"
  triggers_replace = "b"
  lifecycle {
    ignore_changes = all
  }
}

resource "terraform_data" "replaced" {
  input            = "b"
  triggers_replace = "b"
  lifecycle {
    ignore_changes = [input]
  }
}
