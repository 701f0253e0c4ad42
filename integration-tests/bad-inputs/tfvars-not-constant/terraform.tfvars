region = upper(var.zone)
block {
}
