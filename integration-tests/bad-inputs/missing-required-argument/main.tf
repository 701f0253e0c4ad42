resource "aws_subnet" "a" {
  cidr_block = "10.0.0.0/24"
}
resource "aws_iam_role" "r" {
  name = "r"
}
resource "aws_eks_cluster" "c" {
  name = "c"
}
