resource "terraform_data" "a" {}

resource "terraform_data" "b" {
  input = {
    list   = ["x", terraform_data.a.id, "y"]
    map    = { k = terraform_data.a.id, l = "z" }
    object = { inner = { id = terraform_data.a.id, name = "n" } }
    text   = "id: ${terraform_data.a.id}"
    whole  = terraform_data.a
    number = length(terraform_data.a.id)
  }
}

resource "terraform_data" "c" {
  input = toset(["x", terraform_data.a.id])
}
