output "role_arns" {
  description = "Role by controller, for the annotation eks.amazonaws.com/role-arn of its service account."
  value       = module.roles.role_arns
}
