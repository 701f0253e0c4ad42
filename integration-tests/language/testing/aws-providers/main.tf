terraform {
  required_providers {
    aws = { 
      source = "hashicorp/aws" 
      configuration_aliases = [aws.sec]
    }
  }
}
provider "aws" { region = "eu-west-1" }
resource "aws_vpc" "a" { cidr_block = "10.0.0.0/16" }
resource "aws_vpc" "b" { 
  cidr_block = "10.0.0.0/16" 
  provider = aws.sec
}
