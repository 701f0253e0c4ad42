resource "terraform_data" "a" {
  input = {
    same  = "same"
    gone  = "gone"
    deep  = { one = { x = 1, y = 2 }, two = { x = 1 } }
    list  = ["a", "b", "c", "d", "e"]
    tuple = [1, "two", { three = 3 }]
  }
}
