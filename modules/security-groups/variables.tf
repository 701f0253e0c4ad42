variable "name" {
  description = "Prefix of the group names."
  type        = string
}

variable "vpc_id" {
  description = "VPC of the groups."
  type        = string
}

variable "user_cidrs" {
  description = "Address ranges of the people who use Jenkins."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for cidr in var.user_cidrs : can(cidrhost(cidr, 0))])
    error_message = "Every range must be IPv4 CIDR notation, for example 203.0.113.0/24."
  }
}

variable "extra_rules" {
  description = "Further rules, or others under the key of a built-in one; same form as `local.rules`."
  type = map(object({
    group     = string
    direction = string
    why       = string
    protocol  = optional(string, "tcp")
    from      = optional(number)
    to        = optional(number)
    peer      = optional(string)
    cidr      = optional(string)
  }))
  default = {}

  validation {
    condition     = alltrue([for rule in values(var.extra_rules) : contains(["ingress", "egress"], rule.direction)])
    error_message = "The direction of a rule is ingress or egress."
  }

  validation {
    condition     = alltrue([for rule in values(var.extra_rules) : (rule.peer == null) != (rule.cidr == null)])
    error_message = "A rule names either a peer group or a cidr."
  }
}
