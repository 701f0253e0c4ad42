data "aws_organizations_organization" "this" {}

resource "kubernetes_namespace" "argocd" {
  for_each = toset(["argocd"])

  metadata {
    name = each.key
  }
}

output "namespaces" {
  value = { for key, made in kubernetes_namespace.argocd : key => made.metadata[0].name }
}
