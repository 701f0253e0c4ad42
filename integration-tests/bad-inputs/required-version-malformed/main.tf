terraform {
  required_version = "newest"
  required_providers {
    aws = { source = "hashi corp/aws", version = "about 5" }
  }
}
