variable "name" {
  description = "Prefix of the Name tags."
  type        = string
}

variable "cluster_name" {
  description = "EKS cluster that the subnets serve."
  type        = string
}

variable "region" {
  description = "Region of the VPC, for the names of endpoint services."
  type        = string
}

variable "cidr" {
  description = "Address range of the VPC."
  type        = string

  validation {
    condition     = can(cidrsubnet(var.cidr, 4, 15))
    error_message = "The range must be IPv4 CIDR notation and leave room for sixteen subnets, for example 10.40.0.0/16."
  }
}

variable "zones" {
  description = "Availability zones, in an order that stays the same."
  type        = list(string)

  validation {
    condition     = length(var.zones) >= 2 && length(var.zones) <= 4
    error_message = "EKS needs subnets in at least two zones, and the address plan has room for four."
  }
}

variable "single_nat_gateway" {
  description = "One NAT gateway for all zones instead of one per zone."
  type        = bool
  default     = false
}

variable "s3_endpoint" {
  description = "Whether S3 is reached through a gateway endpoint."
  type        = bool
  default     = true
}
