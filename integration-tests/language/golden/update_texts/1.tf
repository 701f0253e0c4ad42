resource "terraform_data" "lines" {
  input = <<-EOT
    one
    two
    three
    four
  EOT
}

resource "terraform_data" "json" {
  input = jsonencode({ a = 1, b = { c = [1, 2, 3], d = "x" }, e = "same" })
}

resource "terraform_data" "becomes_lines" {
  input = "a line"
}
