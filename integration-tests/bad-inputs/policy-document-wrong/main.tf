resource "aws_iam_role" "r" {
  name               = "bad name!"
  assume_role_policy = "{not json"
}
resource "aws_kms_key" "k" {
  deletion_window_in_days = 3
}
resource "aws_cloudwatch_log_group" "l" {
  name              = "l"
  retention_in_days = 4
}
resource "aws_eks_cluster" "c" {
  name     = "-c"
  role_arn = "eks"
  vpc_config {
    subnet_ids = ["subnet-1"]
  }
}
