variable "region" {}
variable "nodes" {}
