variable "name" {
  description = "Prefix of the role names."
  type        = string
}

variable "cluster_name" {
  description = "Cluster in which the controllers run."
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

variable "oidc_provider_arn" {
  description = "IAM identity provider of the cluster."
  type        = string
}

variable "oidc_issuer" {
  description = "Issuer URL of the cluster."
  type        = string
}

variable "zone_arn" {
  description = "Route 53 zone that external-dns may change."
  type        = string
}

variable "file_system_arn" {
  description = "File system that the EFS driver looks up."
  type        = string
}

variable "secret_prefix" {
  description = "Start of the names of the secrets that external-secrets may read."
  type        = string
}

variable "kms_key_arn" {
  description = "Key of those secrets."
  type        = string
}

variable "backend_security_group_ids" {
  description = "Groups in which the load balancer controller may open ports for its targets."
  type        = list(string)
}
