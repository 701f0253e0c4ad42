# The CI/CD platform: one EKS cluster on which every product team has its own Jenkins.
# The order is that of the dependencies: network, identity, storage and names, cluster, nodes, tenants.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

data "aws_availability_zones" "available" {
  state = "available"

  # Without local zones, which have no EKS.
  filter {
    name   = "opt-in-status"
    values = ["opt-in-not-required"]
  }
}

locals {
  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition
  region     = data.aws_region.current.name
  zones      = slice(sort(data.aws_availability_zones.available.names), 0, var.zone_count)

  tags = merge({
    platform    = var.name
    environment = var.environment
    managed-by  = "kiban"
  }, var.tags)

  # What several parts have to agree on before either of them exists.
  log_group_name = "/aws/eks/${var.name}/cluster"
  secret_prefix  = "${var.name}/jenkins/"

  # The names alone are no secret, and they decide what exists.
  tenants_with_password = toset(nonsensitive(keys(var.admin_passwords)))
}

module "network" {
  source = "../../modules/network"

  name               = var.name
  cluster_name       = var.name
  region             = local.region
  cidr               = var.vpc_cidr
  zones              = local.zones
  single_nat_gateway = var.single_nat_gateway
}

module "security_groups" {
  source = "../../modules/security-groups"

  name       = var.name
  vpc_id     = module.network.vpc_id
  user_cidrs = var.user_cidrs
}

module "encryption" {
  source = "../../modules/encryption"

  name                 = var.name
  partition            = local.partition
  account_id           = local.account_id
  region               = local.region
  log_group_names      = [local.log_group_name]
  deletion_window_days = var.key_deletion_window_days
}

module "iam" {
  source = "../../modules/iam"

  name         = var.name
  cluster_name = var.name
  partition    = local.partition
  account_id   = local.account_id
  region       = local.region
  people_roles = { for name, role in var.people : name => role.description }
}

module "efs" {
  source = "../../modules/efs"

  name              = var.name
  kms_key_arn       = module.encryption.key_arn
  subnet_ids        = module.network.private_subnet_ids
  security_group_id = module.security_groups.ids["efs"]

  access_points = {
    for name, tenant in var.tenants : name => {
      uid  = tenant.uid
      path = "/tenants/${name}"
      tags = { tenant = name, quota-gib = tostring(tenant.storage_gib) }
    }
  }
}

module "dns" {
  source = "../../modules/dns"

  zone_name          = var.zone_name
  load_balancer_name = var.load_balancer_name
  contact            = var.platform_contact
}

module "eks" {
  source = "../../modules/eks"

  name                = var.name
  kubernetes_version  = var.kubernetes_version
  partition           = local.partition
  role_arn            = module.iam.cluster_role_arn
  subnet_ids          = values(module.network.private_subnet_ids)
  security_group_id   = module.security_groups.ids["control_plane"]
  public_access_cidrs = var.api_cidrs
  kms_key_arn         = module.encryption.key_arn
  log_group_name      = local.log_group_name
  log_retention_days  = var.log_retention_days

  access = {
    for name, role in var.people : name => {
      principal_arn = module.iam.people_role_arns[name]
      policy        = role.policy
      namespaces    = role.namespaces
    }
  }
}

module "node_groups" {
  source = "../../modules/node-groups"

  cluster_name       = module.eks.name
  kubernetes_version = var.kubernetes_version
  node_role_arn      = module.iam.node_role_arn
  subnet_ids         = module.network.node_subnet_ids
  security_group_ids = [module.security_groups.ids["node"]]
  architectures      = var.architectures
  scaling            = var.scaling
  release_versions   = var.node_release_versions
  tags               = local.tags
}

module "controllers" {
  source = "../../modules/controllers"

  name                       = var.name
  cluster_name               = var.name
  partition                  = local.partition
  account_id                 = local.account_id
  region                     = local.region
  oidc_provider_arn          = module.eks.oidc_provider_arn
  oidc_issuer                = module.eks.oidc_issuer
  zone_arn                   = module.dns.zone_arn
  file_system_arn            = module.efs.file_system_arn
  secret_prefix              = local.secret_prefix
  kms_key_arn                = module.encryption.key_arn
  backend_security_group_ids = [module.security_groups.ids["jenkins"]]
}

module "addons" {
  source = "../../modules/addons"

  cluster_name = module.eks.name

  addons = {
    vpc-cni = {
      role_arn = module.controllers.role_arns["vpc-cni"]
      configuration = jsonencode({
        env = {
          ENABLE_POD_ENI           = "true" # security groups for pods: one tenant's pods, one group
          ENABLE_PREFIX_DELEGATION = "true" # more pods on a node than it has addresses
        }
      })
    }
    coredns = {
      configuration = jsonencode({ replicaCount = 3 })
    }
    kube-proxy = {}
    aws-efs-csi-driver = {
      role_arn = module.controllers.role_arns["efs-csi"]
    }
  }

  # CoreDNS and the driver become active only when there is a node to run on.
  depends_on = [module.node_groups]
}

module "tenant" {
  source   = "../../modules/tenant"
  for_each = var.tenants

  name               = each.key
  platform           = var.name
  partition          = local.partition
  account_id         = local.account_id
  region             = local.region
  contact            = each.value.contact
  domain             = each.value.domain
  zone_name          = var.zone_name
  zone_id            = module.dns.zone_id
  load_balancer_name = var.load_balancer_name

  kms_key_arn                 = module.encryption.key_arn
  secret_prefix               = local.secret_prefix
  secret_recovery_window_days = var.secret_recovery_window_days
  has_admin_password          = contains(local.tenants_with_password, each.key)
  admin_password              = lookup(var.admin_passwords, each.key, null)

  oidc_provider_arn        = module.eks.oidc_provider_arn
  oidc_issuer              = module.eks.oidc_issuer
  permissions_boundary_arn = module.iam.tenant_boundary_arn
  deploy_role_arns         = each.value.deploy_role_arns

  vpc_id           = module.network.vpc_id
  internal_systems = each.value.internal_systems
}
