# A role without its policies is not ready: whoever takes a role from here waits for the attachments too, and on destroy the
# attachments stay until the cluster and its nodes are gone.

output "cluster_role_arn" {
  description = "Role of the EKS control plane."
  value       = aws_iam_role.service["cluster"].arn

  depends_on = [aws_iam_role_policy_attachment.service]
}

output "node_role_arn" {
  description = "Role of the worker nodes."
  value       = aws_iam_role.service["node"].arn

  depends_on = [aws_iam_role_policy_attachment.service]
}

output "people_role_arns" {
  description = "Roles that people assume, by name."
  value       = { for name, role in aws_iam_role.people : name => role.arn }
}

output "tenant_boundary_arn" {
  description = "Permissions boundary for the roles of tenants."
  value       = aws_iam_policy.tenant_boundary.arn
}
