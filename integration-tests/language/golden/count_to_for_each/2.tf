resource "terraform_data" "a" {
  for_each = toset(["first", "second"])
}

moved {
  from = terraform_data.a[0]
  to   = terraform_data.a["first"]
}

moved {
  from = terraform_data.a[1]
  to   = terraform_data.a["second"]
}

resource "terraform_data" "unmoved" {
  for_each = toset(["x"])
}
