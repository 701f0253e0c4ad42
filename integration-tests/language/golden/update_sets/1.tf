resource "terraform_data" "a" {
  input = toset(["a", "b", "c"])
}

resource "terraform_data" "b" {
  input = tomap({ a = "1", b = "2", c = "3" })
}

resource "terraform_data" "c" {
  input = tolist([{ n = 1 }, { n = 2 }, { n = 3 }])
}

resource "terraform_data" "d" {
  input = toset([{ k = "a", v = 1 }, { k = "b", v = 2 }])
}
