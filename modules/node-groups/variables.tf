variable "cluster_name" {
  description = "Cluster that the nodes join."
  type        = string
}

variable "kubernetes_version" {
  description = "Kubernetes version of the nodes: that of the cluster, or up to three minor versions behind."
  type        = string
}

variable "node_role_arn" {
  description = "Role of the nodes."
  type        = string
}

variable "subnet_ids" {
  description = "Subnets of the nodes. They need a way out."
  type        = list(string)
}

variable "security_group_ids" {
  description = "Groups of the nodes. EKS adds none of its own to nodes from a launch template."
  type        = list(string)
}

variable "architectures" {
  description = "Per architecture: the AMI type, its name in the public SSM parameters, and instance types by capacity. Give spot several types of one size: more pools, fewer interruptions."
  type = map(object({
    ami_type = string
    ssm_name = string
    instance_types = object({
      on-demand = list(string)
      spot      = list(string)
    })
  }))

  validation {
    condition     = alltrue([for arch in keys(var.architectures) : contains(["x86_64", "arm64"], arch)])
    error_message = "The architectures of EKS nodes are x86_64 and arm64."
  }

  validation {
    condition     = alltrue([for spec in values(var.architectures) : length(spec.instance_types.spot) >= 3])
    error_message = "Spot capacity needs at least three instance types to choose from."
  }
}

variable "scaling" {
  description = "Limits by group, for example \"arm64-spot\"; `initial` is the size at creation, after which the autoscaler decides."
  type = map(object({
    min     = optional(number, 0)
    max     = number
    initial = optional(number, 0)
  }))

  validation {
    condition     = alltrue([for limits in values(var.scaling) : limits.min <= limits.initial && limits.initial <= limits.max && limits.max > 0])
    error_message = "The limits must satisfy min <= initial <= max, and max must be above zero."
  }
}

variable "release_versions" {
  description = "AMI releases to stay at, by architecture, for example { arm64 = \"1.33.0-20250610\" }."
  type        = map(string)
  default     = {}
}

variable "disk_gib" {
  description = "Size of a node's disk, for images and workspaces of agents."
  type        = number
  default     = 200
}

variable "disk_throughput" {
  description = "Throughput of a node's disk in MiB/s; gp3 includes 125."
  type        = number
  default     = 250
}

variable "image_gc" {
  description = "Disk usage in percent at which kubelet starts and stops deleting unused images."
  type = object({
    high = optional(number, 70)
    low  = optional(number, 50)
  })
  default = {}
}

variable "tags" {
  description = "Tags of instances, volumes and network interfaces."
  type        = map(string)
  default     = {}
}
