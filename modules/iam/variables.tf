variable "name" {
  description = "Prefix of the role names."
  type        = string
}

variable "cluster_name" {
  description = "Cluster that people look up."
  type        = string
}

variable "partition" {
  description = "AWS partition, for example aws."
  type        = string
}

variable "account_id" {
  description = "Account of the roles."
  type        = string
}

variable "region" {
  description = "Region of the cluster."
  type        = string
}

variable "people_roles" {
  description = "Roles that people assume, with what each is for."
  type        = map(string)
  default     = {}
}
