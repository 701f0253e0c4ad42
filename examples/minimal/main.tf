# The smallest stack that is of use: a private network of one subnet, and a security group for what runs in it.
# Copy the folder, give the state file another name, and go on from here.

terraform {
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }

  backend "local" {
    path = "../../state/minimal.tfstate"
  }
}

provider "aws" {
  region = var.region
}

variable "region" {
  description = "AWS region."
  type        = string
  default     = "ap-northeast-1"
}

variable "cidr" {
  description = "Address range of the network."
  type        = string
  default     = "10.10.0.0/16"
}

resource "aws_vpc" "main" {
  cidr_block           = var.cidr
  enable_dns_hostnames = true

  tags = { Name = "minimal" }
}

resource "aws_subnet" "main" {
  vpc_id     = aws_vpc.main.id
  cidr_block = cidrsubnet(var.cidr, 8, 1)

  tags = { Name = "minimal" }
}

resource "aws_security_group" "web" {
  name        = "minimal-web"
  description = "HTTPS from inside the network"
  vpc_id      = aws_vpc.main.id
}

resource "aws_vpc_security_group_ingress_rule" "https" {
  security_group_id = aws_security_group.web.id
  description       = "HTTPS"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = aws_vpc.main.cidr_block
}

output "subnet_id" {
  description = "Where to start things."
  value       = aws_subnet.main.id
}

output "security_group_id" {
  description = "What to start them with."
  value       = aws_security_group.web.id
}
