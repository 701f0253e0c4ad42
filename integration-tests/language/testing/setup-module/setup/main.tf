variable "length" {
  type = number
}

resource "terraform_data" "words" {
  count = var.length
  input = "word-${count.index}"
}

output "words" {
  value = terraform_data.words[*].output
}
