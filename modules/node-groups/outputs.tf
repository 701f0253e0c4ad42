output "names" {
  description = "Node group names by place in the matrix, for example \"arm64-spot\"."
  value       = { for key, group in aws_eks_node_group.this : key => group.node_group_name }
}

output "autoscaling_group_names" {
  description = "Auto Scaling group names by place in the matrix."
  value       = { for key, group in aws_eks_node_group.this : key => group.resources[0].autoscaling_groups[0].name }
}

output "labels" {
  description = "Node labels by place in the matrix: what a pod's node selector can ask for."
  value       = { for key, group in local.groups : key => group.labels }
}

output "taints" {
  description = "Taints by place in the matrix: what a pod has to tolerate."
  value       = { for key, group in local.groups : key => group.taints }
}
