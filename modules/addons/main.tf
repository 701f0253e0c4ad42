resource "aws_eks_addon" "this" {
  for_each = var.addons

  cluster_name         = var.cluster_name
  addon_name           = each.key
  addon_version        = each.value.version # null: the default for the cluster's Kubernetes version
  configuration_values = each.value.configuration

  service_account_role_arn = each.value.role_arn

  # A new cluster comes with self-managed copies: take them over. Later changes by hand inside the cluster are kept.
  resolve_conflicts_on_create = "OVERWRITE"
  resolve_conflicts_on_update = "PRESERVE"
}
