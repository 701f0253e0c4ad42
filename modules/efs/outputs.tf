output "file_system_id" {
  description = "The file system. Mounting it needs the mount targets, so wait for them."
  value       = aws_efs_file_system.this.id

  depends_on = [aws_efs_mount_target.this]
}

output "file_system_arn" {
  description = "ARN of the file system."
  value       = aws_efs_file_system.this.arn
}

output "dns_name" {
  description = "Name that resolves to the mount target of the zone."
  value       = aws_efs_file_system.this.dns_name
}

output "access_point_ids" {
  description = "Access points by name."
  value       = { for name, point in aws_efs_access_point.this : name => point.id }
}

output "access_point_arns" {
  description = "ARNs of the access points by name."
  value       = { for name, point in aws_efs_access_point.this : name => point.arn }
}
