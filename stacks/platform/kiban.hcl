# What this stack tells kiban beyond the Terraform language.

# The GitOps repository of the cluster, which `kiban tenant` works on.
gitops {
  path    = "../../examples/gitops"
  tenants = "tenants"
}

# Argo CD, which brings everything that runs in the cluster. The facts are what its side has to know of this one.
bootstrap "argocd" {
  enabled   = var.gitops_repository != null
  cluster   = module.eks.name
  version   = "3.5.1"
  namespace = "argocd"

  # Dozens of Applications in one repository would exhaust the repo server otherwise.
  repo_server {
    parallelism_limit = 1
  }

  plugin "helm-jenkins-template" {
  }

  repository {
    url         = var.gitops_repository
    credentials = var.gitops_credentials
  }

  root {
    path     = "bootstrap/root"
    revision = var.gitops_revision
  }

  facts = {
    environment          = var.environment
    repository           = var.gitops_repository
    revision             = var.gitops_revision
    region               = var.region
    account_id           = local.account_id
    cluster_name         = module.eks.name
    vpc_id               = module.network.vpc_id
    efs_id               = module.efs.file_system_id
    domain               = var.zone_name
    controller_role_arns = module.controllers.role_arns
    node_groups          = output.node_groups
    tenants              = output.tenants
  }
}
