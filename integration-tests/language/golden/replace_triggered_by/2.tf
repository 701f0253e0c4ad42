resource "terraform_data" "trigger" {
  input = 2
}

resource "terraform_data" "by_attribute" {
  input = "x"
  lifecycle {
    replace_triggered_by = [terraform_data.trigger.input]
  }
}

resource "terraform_data" "by_resource" {
  lifecycle {
    replace_triggered_by = [terraform_data.trigger]
  }
}

resource "terraform_data" "by_id" {
  lifecycle {
    replace_triggered_by = [terraform_data.trigger.id]
  }
}
