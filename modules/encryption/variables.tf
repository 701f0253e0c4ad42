variable "name" {
  description = "Name of the key's alias."
  type        = string
}

variable "partition" {
  description = "AWS partition, for example aws."
  type        = string
}

variable "account_id" {
  description = "Account that administers the key."
  type        = string
}

variable "region" {
  description = "Region of the log groups."
  type        = string
}

variable "log_group_names" {
  description = "Log groups that the key may encrypt."
  type        = list(string)
}

variable "deletion_window_days" {
  description = "How long a deleted key can be brought back, and with it what it encrypted."
  type        = number
  default     = 30

  validation {
    condition     = var.deletion_window_days >= 7 && var.deletion_window_days <= 30
    error_message = "AWS allows 7 to 30 days."
  }
}
