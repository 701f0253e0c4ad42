# Names that the cases use, unless their own file declares others.

variable "secret" {
  default   = "hidden"
  sensitive = true
}

variable "secret_number" {
  default   = 5
  sensitive = true
}

variable "secret_bool" {
  default   = true
  sensitive = true
}

variable "secret_list" {
  default   = ["a", "b"]
  sensitive = true
}

variable "secret_map" {
  default   = { a = "x", b = "y" }
  sensitive = true
}

variable "passing" {
  default   = "gone soon"
  ephemeral = true
}

# Without a value: unknown, of their types.
variable "some_string" { type = string }
variable "some_number" { type = number }
variable "some_bool" { type = bool }
variable "some_list" { type = list(string) }
variable "some_set" { type = set(string) }
variable "some_map" { type = map(string) }
variable "some_object" { type = object({ a = string, b = number }) }
variable "some_objects" { type = list(object({ a = string, b = number })) }
variable "some_tuple" { type = tuple([string, number]) }

variable "settled" {
  type     = string
  nullable = false
}

variable "shaped" {
  type = object({
    a = string
    b = optional(number)
    c = optional(list(string), ["q"])
    d = optional(object({ e = optional(bool, true), f = optional(string) }), {})
  })
  default = { a = "1" }
}

# Not applied: everything of it is unknown.
resource "terraform_data" "later" {
  input = "x"
}

locals {
  nothing  = null
  no_text  = tostring(null)
  numbers  = [1, 2, 3]
  names    = ["a", "b", "c"]
  by_name  = { a = 1, b = 2, c = 3 }
  list     = tolist(["x", "y", "z"])
  set      = toset(["x", "y", "z"])
  map      = tomap({ k = "v", l = "w" })
  object   = { name = "n", size = 3, tags = ["t", "u"], inner = { deep = true } }
  objects  = [{ a = 1, b = "x" }, { a = 2, b = "y" }]
  nested   = [[1, 2], [3], []]
  lines    = "one\ntwo\n"
  unknown  = terraform_data.later.output
  template = "x=$${x}"
}
