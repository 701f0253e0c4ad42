resource "terraform_data" "attribute" {
  input            = "a"
  triggers_replace = "a"
  lifecycle {
    ignore_changes = [input]
  }
}

resource "terraform_data" "all" {
  input            = "a"
  triggers_replace = "a"
  lifecycle {
    ignore_changes = all
  }
}

resource "terraform_data" "replaced" {
  input            = "a"
  triggers_replace = "a"
  lifecycle {
    ignore_changes = [input]
  }
}
