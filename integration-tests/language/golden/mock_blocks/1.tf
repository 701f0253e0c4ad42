resource "tfcoremock_complex_resource" "a" {
  id = "a"

  list_block {
    string = "first"

    list_block {
      string = "inner"

      set_block {
        integer = 1
      }
    }
  }

  list_block {
    string = "second"
  }

  set_block {
    string = "x"
  }

  set_block {
    string = "y"

    list_block {
      bool = true
    }
  }
}
