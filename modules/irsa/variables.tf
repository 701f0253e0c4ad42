variable "name_prefix" {
  description = "Prefix of the role names."
  type        = string
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
  description = "Upper limit for all these roles, or null."
  type        = string
  default     = null
}

variable "roles" {
  description = "Roles by name: the service account that may assume it, and what it may do. `has_policy` says whether there is a `policy`, because the policy itself may be known only after apply."
  type = map(object({
    namespace           = string
    service_account     = string
    policy              = optional(string)
    has_policy          = optional(bool, true)
    managed_policy_arns = optional(list(string), [])
  }))
}
