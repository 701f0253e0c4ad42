variable "name" {
  description = "Name and creation token of the file system."
  type        = string
}

variable "kms_key_arn" {
  description = "Key that encrypts it."
  type        = string
}

variable "subnet_ids" {
  description = "Subnets of the mount targets, by zone: one each."
  type        = map(string)
}

variable "security_group_id" {
  description = "Group of the mount targets."
  type        = string
}

variable "access_points" {
  description = "Access points by name: the POSIX user (and group) everything is written as, and the directory."
  type = map(object({
    uid  = number
    path = string
    tags = optional(map(string), {})
  }))
}

variable "backup" {
  description = "Whether AWS Backup takes a copy every day."
  type        = bool
  default     = true
}

variable "transition_to_ia" {
  description = "When a file that nobody reads becomes cheaper."
  type        = string
  default     = "AFTER_30_DAYS"

  validation {
    condition     = contains(["AFTER_1_DAY", "AFTER_7_DAYS", "AFTER_14_DAYS", "AFTER_30_DAYS", "AFTER_60_DAYS", "AFTER_90_DAYS"], var.transition_to_ia)
    error_message = "One of AFTER_1_DAY, and AFTER_7_DAYS, 14, 30, 60 or 90."
  }
}
