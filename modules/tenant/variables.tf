variable "name" {
  description = "Short name of the team; part of names, paths and domains."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,18}[a-z0-9]$", var.name))
    error_message = "A tenant's name has 3 to 20 lower-case letters, digits and hyphens, and starts with a letter."
  }
}

variable "platform" {
  description = "Name of the platform, as prefix of names that are unique in the account."
  type        = string
}

variable "partition" {
  description = "AWS partition, for example aws."
  type        = string
}

variable "account_id" {
  description = "Account of the platform."
  type        = string
}

variable "region" {
  description = "Region of the platform."
  type        = string
}

variable "contact" {
  description = "Mail address of the team."
  type        = string

  validation {
    condition     = can(regex("^[^@\\s,]+@[^@\\s,]+$", var.contact))
    error_message = "The contact must be a mail address."
  }
}

variable "domain" {
  description = "Domain of the team's Jenkins; without it <name>.<zone>."
  type        = string
  default     = null
}

variable "zone_name" {
  description = "Domain of the zone."
  type        = string
}

variable "zone_id" {
  description = "The zone."
  type        = string
}

variable "load_balancer_name" {
  description = "DNS name of the load balancer in front of this Jenkins."
  type        = string
}

variable "kms_key_arn" {
  description = "Key of the secret."
  type        = string
}

variable "secret_prefix" {
  description = "Start of the secret's name; what external-secrets may read."
  type        = string
}

variable "secret_recovery_window_days" {
  description = "How long a deleted secret can be brought back; until then its name is taken. 0 deletes at once."
  type        = number
  default     = 7
}

variable "has_admin_password" {
  description = "Whether `admin_password` is given. Apart from it, because a sensitive value cannot decide what exists."
  type        = bool
  default     = false
}

variable "admin_password" {
  description = "First password of the administrator."
  type        = string
  default     = null
  sensitive   = true
}

variable "oidc_provider_arn" {
  description = "IAM identity provider of the cluster."
  type        = string
}

variable "oidc_issuer" {
  description = "Issuer URL of the cluster."
  type        = string
}

variable "permissions_boundary_arn" {
  description = "Upper limit for the role of the agents."
  type        = string
}

variable "deploy_role_arns" {
  description = "Roles, mostly in other accounts, that the team's pipelines may assume."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.deploy_role_arns : startswith(arn, "arn:")])
    error_message = "Deployment roles are given as ARNs."
  }
}

variable "vpc_id" {
  description = "VPC of the cluster."
  type        = string
}

variable "internal_systems" {
  description = "Internal systems that the team's Jenkins works with, by name."
  type = map(object({
    cidr = string
    port = number
  }))
  default = {}
}
