locals {
  name_prefix = "platform"
}
output "name" {
  value = local.name_prefx
}
