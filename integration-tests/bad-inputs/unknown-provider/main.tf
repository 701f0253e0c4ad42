terraform {
  required_providers {
    aws    = { source = "hashicorp/aws" }
    github = { source = "integrations/github", version = "~> 6.0" }
  }
}
resource "github_repository" "r" {
  name = "r"
}
resource "aws_vpc" "main" {
  provider   = asw
  cidr_block = "10.0.0.0/16"
}
