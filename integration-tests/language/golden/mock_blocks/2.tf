resource "tfcoremock_complex_resource" "a" {
  id = "a"

  list_block {
    string = "first"

    list_block {
      string = "changed"

      set_block {
        integer = 1
      }

      set_block {
        integer = 2
      }
    }
  }

  set_block {
    string = "y"

    list_block {
      bool = false
    }
  }

  set_block {
    string = "z"
  }
}
