# The facts: what Argo CD's side of the platform needs to know of this one.

output "cluster" {
  description = "The EKS cluster."
  value = {
    name                  = module.eks.name
    arn                   = module.eks.arn
    version               = module.eks.version
    endpoint              = module.eks.endpoint
    certificate_authority = module.eks.certificate_authority
    oidc_issuer           = module.eks.oidc_issuer
    oidc_provider_arn     = module.eks.oidc_provider_arn
    region                = local.region
  }
}

output "cluster_name" {
  description = "Name of the cluster."
  value       = module.eks.name
}

output "cluster_endpoint" {
  description = "URL of the Kubernetes API."
  value       = module.eks.endpoint
}

output "vpc_id" {
  description = "VPC of the platform."
  value       = module.network.vpc_id
}

output "nat_addresses" {
  description = "Addresses from which builds reach the internet, for the allow-lists of others."
  value       = module.network.nat_addresses
}

output "security_group_ids" {
  description = "Shared security groups by role."
  value       = module.security_groups.ids
}

output "controller_role_arns" {
  description = "IAM role by controller, for its service account."
  value       = module.controllers.role_arns
}

output "addon_versions" {
  description = "Installed add-ons."
  value       = module.addons.versions
}

output "node_groups" {
  description = "Node groups: what pods select and tolerate."
  value = {
    for key, name in module.node_groups.names : key => {
      name   = name
      labels = module.node_groups.labels[key]
      taints = module.node_groups.taints[key]
    }
  }
}

output "file_system_id" {
  description = "File system of all tenants."
  value       = module.efs.file_system_id
}

output "access_points" {
  description = "EFS access point by tenant."
  value       = module.efs.access_point_ids
}

output "domains" {
  description = "Jenkins domain by tenant."
  value       = { for name, tenant in module.tenant : name => tenant.domain }
}

output "secret_arns" {
  description = "Administrator's secret by tenant."
  value       = { for name, tenant in module.tenant : name => tenant.secret_arn }
}

output "name_servers" {
  description = "Where the parent zone delegates to."
  value       = module.dns.name_servers
}

output "tenants" {
  description = "Everything about a tenant that its Argo CD application is made of."
  value = {
    for name, tenant in var.tenants : name => {
      namespace          = "jenkins-${name}"
      contact            = tenant.contact
      admins             = tenant.admins
      domain             = module.tenant[name].domain
      resources_domain   = module.tenant[name].resources_domain
      secret_arn         = module.tenant[name].secret_arn
      agent_role_arn     = module.tenant[name].agent_role_arn
      security_group_ids = [module.security_groups.ids["jenkins"], module.tenant[name].security_group_id]
      executors          = tenant.executors

      # The form in which the EFS driver wants it: file system and access point.
      volume_handle = join("::", [module.efs.file_system_id, module.efs.access_point_ids[name]])
      storage       = "${tenant.storage_gib}Gi"

      agent_node_selector = { arch = tenant.arch, capacity = tenant.capacity }
      agent_tolerations   = module.node_groups.taints["${tenant.arch}-${tenant.capacity}"]
    }
  }
}

output "tenants_without_password" {
  description = "Tenants whose secret holds a placeholder that somebody should replace."
  value       = [for name in keys(var.tenants) : name if !contains(local.tenants_with_password, name)]
}

# No secret by itself, but together with stolen credentials it is all that is needed: not for build logs.
output "kubeconfig" {
  description = "Configuration of kubectl; credentials are those of whoever uses it."
  sensitive   = true
  value       = <<-EOT
    apiVersion: v1
    kind: Config
    current-context: ${var.name}
    clusters:
      - name: ${var.name}
        cluster:
          server: ${module.eks.endpoint}
          certificate-authority-data: ${module.eks.certificate_authority}
    contexts:
    %{~for role in keys(var.people)}
      - name: ${role == "admin" ? var.name : "${var.name}-${role}"}
        context:
          cluster: ${var.name}
          user: ${role}
    %{~endfor}
    users:
    %{~for role, arn in module.iam.people_role_arns}
      - name: ${role}
        user:
          exec:
            apiVersion: client.authentication.k8s.io/v1beta1
            command: aws
            args: [eks, get-token, --cluster-name, ${var.name}, --region, ${local.region}, --role-arn, "${arn}"]
    %{~endfor}
  EOT
}
