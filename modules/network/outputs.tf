output "vpc_id" {
  description = "The VPC."
  value       = aws_vpc.this.id
}

output "cidr" {
  description = "Address range of the VPC."
  value       = aws_vpc.this.cidr_block
}

output "public_subnet_ids" {
  description = "Public subnets by zone."
  value       = { for zone, subnet in aws_subnet.public : zone => subnet.id }
}

output "private_subnet_ids" {
  description = "Private subnets by zone. They exist before they have a way out."
  value       = { for zone, subnet in aws_subnet.private : zone => subnet.id }
}

output "node_subnet_ids" {
  description = "The private subnets once they have a way out: a node that cannot reach the cluster API never joins."
  value       = [for subnet in aws_subnet.private : subnet.id]

  depends_on = [aws_route.nat, aws_route_table_association.private]
}

output "nat_addresses" {
  description = "Public addresses of the platform by zone of the gateway, for the allow-lists of others."
  value       = zipmap(local.nat_zones, aws_eip.nat[*].public_ip)
}

output "s3_endpoint_id" {
  description = "Gateway endpoint of S3, or null."
  value       = try(aws_vpc_endpoint.s3[0].id, null)
}
