variable "name" {
  description = "Name of the cluster."
  type        = string

  validation {
    condition     = can(regex("^[0-9A-Za-z][0-9A-Za-z_-]{0,99}$", var.name))
    error_message = "A cluster name has up to 100 letters, digits, hyphens and underscores, and starts with a letter or digit."
  }
}

variable "kubernetes_version" {
  description = "Kubernetes version as major.minor. EKS goes up one minor version at a time, and never down."
  type        = string

  validation {
    condition     = can(regex("^1\\.[0-9]{2}$", var.kubernetes_version))
    error_message = "The version has the form 1.33: EKS chooses the patch release."
  }
}

variable "partition" {
  description = "AWS partition, for example aws."
  type        = string
}

variable "role_arn" {
  description = "Role of the control plane."
  type        = string
}

variable "subnet_ids" {
  description = "Subnets of the control plane's network interfaces, in at least two zones."
  type        = list(string)
}

variable "security_group_id" {
  description = "Group of the control plane's network interfaces."
  type        = string
}

variable "public_access_cidrs" {
  description = "Who reaches the Kubernetes API from outside the VPC; an empty list makes it private."
  type        = list(string)
  default     = []
}

variable "service_cidr" {
  description = "Addresses of Kubernetes services; must not overlap the VPC."
  type        = string
  default     = "172.20.0.0/16"
}

variable "kms_key_arn" {
  description = "Key of Kubernetes secrets and of the log group."
  type        = string
}

variable "log_group_name" {
  description = "Log group of the cluster. EKS chooses the name: /aws/eks/<cluster>/cluster."
  type        = string
}

variable "log_retention_days" {
  description = "How long logs are kept."
  type        = number
  default     = 90
}

variable "log_types" {
  description = "What the control plane logs. `scheduler` and `controllerManager` are left out: much text, seldom read."
  type        = list(string)
  default     = ["api", "audit", "authenticator"]
}

variable "access" {
  description = "Who may use the cluster: an IAM principal and one of AWS's cluster access policies, for the whole cluster or for some namespaces."
  type = map(object({
    principal_arn = string
    policy        = string
    namespaces    = optional(list(string), [])
  }))
  default = {}

  validation {
    condition     = alltrue([for entry in values(var.access) : startswith(entry.policy, "AmazonEKS")])
    error_message = "The policy is the name of a cluster access policy, for example AmazonEKSClusterAdminPolicy."
  }
}
