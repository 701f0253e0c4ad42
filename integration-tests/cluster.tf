resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "main" {
  count             = 2
  vpc_id            = aws_vpc.main.id
  cidr_block        = cidrsubnet(aws_vpc.main.cidr_block, 8, count.index)
  availability_zone = "ap-northeast-1${["a", "c"][count.index]}"
}

resource "aws_iam_role" "main" {
  name = "main"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = ["eks.amazonaws.com", "ec2.amazonaws.com"] } }]
  })
}

variable "wait" {
  default = "30m"
}

variable "kubernetes" {
  default = "1.31"
}

variable "nodes" {
  default = "1.31"
}

resource "aws_eks_cluster" "main" {
  name     = "main"
  role_arn = aws_iam_role.main.arn
  version  = var.kubernetes
  vpc_config {
    subnet_ids = aws_subnet.main[*].id
  }
  timeouts {
    create = var.wait
  }
}

resource "aws_eks_node_group" "main" {
  cluster_name    = aws_eks_cluster.main.name
  node_group_name = "main"
  node_role_arn   = aws_iam_role.main.arn
  subnet_ids      = aws_subnet.main[*].id
  version         = var.nodes
  scaling_config {
    desired_size = 2
    max_size     = 10
    min_size     = 1
  }
}

resource "aws_eks_addon" "dns" {
  cluster_name  = aws_eks_cluster.main.name
  addon_name    = "coredns"
  addon_version = "v1.11.3-eksbuild.1"
}

output "endpoint" {
  value = aws_eks_cluster.main.endpoint
}
