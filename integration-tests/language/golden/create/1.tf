resource "terraform_data" "text" {
  input = "hello"
}

resource "terraform_data" "empty" {}

resource "terraform_data" "dependent" {
  input            = terraform_data.text.output
  triggers_replace = [terraform_data.empty.id]
}
