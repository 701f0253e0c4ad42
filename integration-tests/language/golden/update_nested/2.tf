resource "terraform_data" "a" {
  input = {
    same  = "same"
    new   = "new"
    deep  = { one = { x = 1, y = 3 }, two = { x = 1 } }
    list  = ["a", "c", "d", "x", "e", "f"]
    tuple = [1, "zwei", { three = 4 }]
  }
}
