resource "terraform_data" "trigger" {
  count = 2
  input = "one"
}

resource "terraform_data" "each" {
  count = 2
  lifecycle {
    replace_triggered_by = [terraform_data.trigger[count.index]]
  }
}

resource "terraform_data" "first" {
  lifecycle {
    replace_triggered_by = [terraform_data.trigger[0].input]
  }
}
