variable "cluster_name" {
  description = "Cluster of the add-ons."
  type        = string
}

variable "addons" {
  description = "Add-ons by their EKS name; `configuration` is JSON in the form of the add-on's own schema."
  type = map(object({
    version       = optional(string)
    role_arn      = optional(string)
    configuration = optional(string)
  }))
}
