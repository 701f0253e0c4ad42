variable "name" {
  description = "Name of the platform: of the cluster, and prefix of everything else."
  type        = string
  default     = "ci-platform"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,24}$", var.name))
    error_message = "The name has 3 to 25 lower-case letters, digits and hyphens, and starts with a letter."
  }
}

variable "environment" {
  description = "What the platform is for."
  type        = string
  default     = "production"

  validation {
    condition     = contains(["production", "staging", "sandbox"], var.environment)
    error_message = "The environment is production, staging or sandbox."
  }
}

variable "region" {
  description = "AWS region."
  type        = string
  default     = "ap-northeast-1"
}

variable "zone_count" {
  description = "Number of availability zones."
  type        = number
  default     = 3

  validation {
    condition     = var.zone_count >= 2 && var.zone_count <= 4
    error_message = "EKS needs at least two zones, and the address plan has room for four."
  }
}

variable "vpc_cidr" {
  description = "Address range of the VPC. Every pod takes an address of it."
  type        = string
  default     = "10.40.0.0/16"
}

variable "single_nat_gateway" {
  description = "One NAT gateway for all zones: cheaper, but builds stop when its zone fails."
  type        = bool
  default     = false
}

variable "user_cidrs" {
  description = "Address ranges of the people who use Jenkins."
  type        = list(string)
}

variable "kubernetes_version" {
  description = "Kubernetes version of cluster and nodes, as major.minor."
  type        = string
  default     = "1.33"
}

variable "api_cidrs" {
  description = "Who reaches the Kubernetes API from outside the VPC."
  type        = list(string)
  default     = []
}

variable "architectures" {
  description = "Machines of the node groups, by architecture and capacity; see modules/node-groups."
  type = map(object({
    ami_type = string
    ssm_name = string
    instance_types = object({
      on-demand = list(string)
      spot      = list(string)
    })
  }))
  default = {
    x86_64 = {
      ami_type = "AL2023_x86_64_STANDARD"
      ssm_name = "x86_64"
      instance_types = {
        on-demand = ["m6i.xlarge"]
        spot      = ["m6i.2xlarge", "m6a.2xlarge", "m5.2xlarge", "m5a.2xlarge"]
      }
    }
    arm64 = {
      ami_type = "AL2023_ARM_64_STANDARD"
      ssm_name = "arm64"
      instance_types = {
        on-demand = ["m7g.xlarge"]
        spot      = ["m7g.2xlarge", "m6g.2xlarge", "m6gd.2xlarge"]
      }
    }
  }
}

variable "scaling" {
  description = "Limits of the node groups; `initial` counts at creation only, then the autoscaler decides."
  type = map(object({
    min     = optional(number, 0)
    max     = number
    initial = optional(number, 0)
  }))
  default = {
    "x86_64-on-demand" = { min = 2, max = 12, initial = 2 } # add-ons live here, so never zero
    "x86_64-spot"      = { max = 40, initial = 1 }
    "arm64-on-demand"  = { max = 6 }
    "arm64-spot"       = { max = 20 }
  }
}

variable "node_release_versions" {
  description = "AMI releases to stay at, by architecture. Without an entry the nodes follow what AWS recommends."
  type        = map(string)
  default     = {}
}

variable "people" {
  description = "Roles for people, with the cluster access policy of each."
  type = map(object({
    description = string
    policy      = string
    namespaces  = optional(list(string), [])
  }))
  default = {
    admin  = { description = "Runs the platform", policy = "AmazonEKSClusterAdminPolicy" }
    viewer = { description = "Looks at everything, changes nothing", policy = "AmazonEKSAdminViewPolicy" }
  }
}

variable "zone_name" {
  description = "Domain under which every tenant gets its name."
  type        = string
}

variable "load_balancer_name" {
  description = "DNS name of the load balancer that the controller in the cluster made for Jenkins."
  type        = string
}

variable "platform_contact" {
  description = "Mail address of the platform team."
  type        = string
}

variable "tenants" {
  description = "Product teams, by short name. `uid` is the owner of the team's files and never changes; `storage_gib` is the size of its volume claim; `arch` and `capacity` are where its agents run unless a pipeline asks for something else."
  type = map(object({
    contact     = string
    uid         = number
    arch        = optional(string, "x86_64")
    capacity    = optional(string, "spot")
    storage_gib = optional(number, 50)
    executors   = optional(number, 10)
    admins      = optional(list(string), [])
    domain      = optional(string)

    deploy_role_arns = optional(list(string), [])
    internal_systems = optional(map(object({
      cidr = string
      port = optional(number, 443)
    })), {})
  }))

  validation {
    condition     = length(distinct([for tenant in values(var.tenants) : tenant.uid])) == length(var.tenants)
    error_message = "Two tenants with one uid would own each other's files."
  }

  validation {
    condition     = alltrue([for tenant in values(var.tenants) : tenant.uid >= 10000 && tenant.uid < 60000])
    error_message = "A tenant's uid lies between 10000 and 59999, away from the users of images and nodes."
  }

  validation {
    condition     = alltrue([for tenant in values(var.tenants) : contains(["x86_64", "arm64"], tenant.arch) && contains(["on-demand", "spot"], tenant.capacity)])
    error_message = "The arch of a tenant is x86_64 or arm64, and its capacity on-demand or spot."
  }

  validation {
    condition     = alltrue([for tenant in values(var.tenants) : tenant.storage_gib >= 10 && tenant.storage_gib <= 2000])
    error_message = "A tenant's storage lies between 10 and 2000 GiB."
  }
}

variable "admin_passwords" {
  description = "First administrator passwords by tenant, from the environment (TF_VAR_admin_passwords) and never from a file in the repository. A tenant without one gets a placeholder."
  type        = map(string)
  default     = {}
  sensitive   = true
}

variable "secret_recovery_window_days" {
  description = "How long a deleted secret can be brought back; until then its name is taken. 0 deletes at once."
  type        = number
  default     = 7

  validation {
    condition     = var.secret_recovery_window_days == 0 || (var.secret_recovery_window_days >= 7 && var.secret_recovery_window_days <= 30)
    error_message = "Secrets Manager allows 7 to 30 days, or 0."
  }
}

variable "key_deletion_window_days" {
  description = "How long the deleted key can be brought back, and with it what it encrypted."
  type        = number
  default     = 30
}

variable "log_retention_days" {
  description = "How long the logs of the control plane are kept."
  type        = number
  default     = 90
}

variable "tags" {
  description = "Further tags for everything."
  type        = map(string)
  default     = {}
}

variable "gitops_repository" {
  description = "URL of the GitOps repository that Argo CD reads. Without one no Argo CD is installed."
  type        = string
  default     = null
}

variable "gitops_revision" {
  description = "Branch or tag of the GitOps repository."
  type        = string
  default     = "main"
}

variable "gitops_credentials" {
  description = "Secret in Secrets Manager that opens the GitOps repository, as JSON: username and password, or sshPrivateKey. None for a public one."
  type        = string
  default     = null
}
