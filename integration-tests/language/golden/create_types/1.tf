resource "terraform_data" "a" {
  input = {
    bool    = true
    float   = 1.5
    huge    = 123456789012345678901234567890
    list    = ["a", "b"]
    mixed   = [1, "x", true, null]
    none    = null
    nested  = { deep = { deeper = [{ k = "v" }] } }
    number  = 42
    quote   = "a \"quoted\" $${word} %%{if}"
    set     = toset(["y", "x"])
    unicode = "ünïcödé – 日本"
    "odd key" = 1
    lines   = <<-EOT
      first
        second
      third
    EOT
    json    = jsonencode({ b = [1, 2], a = { c = null } })
    map     = tomap({ a = "1", b = "2" })
    empty_list   = []
    empty_object = {}
    empty_text   = ""
  }
}
