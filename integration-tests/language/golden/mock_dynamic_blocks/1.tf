variable "names" {
  type    = list(string)
  default = ["a", "b"]
}

resource "tfcoremock_simple_resource" "late" {
  string = "x"
}

resource "tfcoremock_complex_resource" "a" {
  id = "a"

  dynamic "list_block" {
    for_each = var.names
    content {
      string  = list_block.value
      integer = list_block.key

      dynamic "set_block" {
        for_each = { (list_block.value) = tfcoremock_simple_resource.late.id }
        content {
          string = set_block.value
        }
      }
    }
  }
}
