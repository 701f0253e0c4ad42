output "ids" {
  description = "Group ids by role: node, control_plane, efs, jenkins, load_balancer."
  value       = { for role, group in aws_security_group.this : role => group.id }
}
