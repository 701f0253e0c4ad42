output "zone_id" {
  description = "The zone."
  value       = aws_route53_zone.this.zone_id
}

output "zone_arn" {
  description = "Its ARN."
  value       = aws_route53_zone.this.arn
}

output "name_servers" {
  description = "Where the parent zone has to delegate to."
  value       = aws_route53_zone.this.name_servers
}
