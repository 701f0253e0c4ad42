resource "aws_vcp" "main" {
  cidr_block = "10.0.0.0/16"
}
resource "aws_db_instance" "db" {
  engine = "postgres"
}
resource "google_project" "p" {
  name = "p"
}
resource "random_pet" "name" {}
data "aws_availability_zone" "z" {
  name = "a"
}
data "aws_vpc" "v" {
  id = "vpc-1"
}
