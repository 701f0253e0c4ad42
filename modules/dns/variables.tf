variable "zone_name" {
  description = "Domain of the zone, for example ci.example.com."
  type        = string

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", var.zone_name))
    error_message = "The zone is a domain name in lower case without a trailing dot, for example ci.example.com."
  }
}

variable "comment" {
  description = "What the zone is for."
  type        = string
  default     = "Jenkins servers of the product teams"
}

variable "load_balancer_name" {
  description = "DNS name of the load balancer for names that no tenant has."
  type        = string
}

variable "catch_all" {
  description = "Whether such names are answered at all."
  type        = bool
  default     = true
}

variable "certificate_authorities" {
  description = "Who may issue certificates for the zone."
  type        = list(string)
  default     = ["amazon.com"]
}

variable "contact" {
  description = "Mail address for attempts by others."
  type        = string
}
