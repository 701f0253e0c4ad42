output "role_arns" {
  description = "Role ARNs by name, ready to use: with their policies."
  value       = { for name, role in aws_iam_role.this : name => role.arn }

  depends_on = [
    aws_iam_role_policy.this,
    aws_iam_role_policy_attachment.this,
  ]
}
