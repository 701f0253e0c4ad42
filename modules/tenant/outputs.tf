output "domain" {
  description = "Domain of the team's Jenkins."
  value       = aws_route53_record.host["web"].name
}

output "resources_domain" {
  description = "Domain of what builds produced."
  value       = aws_route53_record.host["resources"].name
}

output "secret_arn" {
  description = "Secret of the administrator."
  value       = aws_secretsmanager_secret.admin.arn
}

output "secret_version_id" {
  description = "Version of it that the platform wrote."
  value       = one(concat(aws_secretsmanager_secret_version.given[*].version_id, aws_secretsmanager_secret_version.placeholder[*].version_id))
}

output "agent_role_arn" {
  description = "Role of the agents' service account."
  value       = module.agent_role.role_arns[var.name]
}

output "security_group_id" {
  description = "Group of the team's pods, beside the shared one."
  value       = aws_security_group.this.id
}
