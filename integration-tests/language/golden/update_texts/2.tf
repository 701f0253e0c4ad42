resource "terraform_data" "lines" {
  input = <<-EOT
    one
    zwei
    three
    four
    five
  EOT
}

resource "terraform_data" "json" {
  input = jsonencode({ a = 2, b = { c = [1, 3], d = "x" }, e = "same", f = null })
}

resource "terraform_data" "becomes_lines" {
  input = "a line\nand another\n"
}
