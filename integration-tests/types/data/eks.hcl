# differs: aws_eks_cluster_auth.token: signed anew each time
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

resource "aws_eks_cluster" "main" {
  name     = "main"
  role_arn = aws_iam_role.main.arn
  version  = "1.33"
  access_config {
    authentication_mode = "API_AND_CONFIG_MAP"
  }
  vpc_config {
    subnet_ids = aws_subnet.main[*].id
  }
  tags = { a = "1" }
}

resource "aws_eks_node_group" "main" {
  cluster_name    = aws_eks_cluster.main.name
  node_group_name = "main"
  node_role_arn   = aws_iam_role.main.arn
  subnet_ids      = aws_subnet.main[*].id
  labels          = { role = "main" }
  taint {
    key    = "dedicated"
    value  = "main"
    effect = "NO_SCHEDULE"
  }
  scaling_config {
    desired_size = 1
    max_size     = 2
    min_size     = 1
  }
}

resource "aws_eks_addon" "main" {
  cluster_name = aws_eks_cluster.main.name
  addon_name   = "coredns"
}

resource "aws_eks_access_entry" "main" {
  cluster_name      = aws_eks_cluster.main.name
  principal_arn     = aws_iam_role.main.arn
  kubernetes_groups = ["readers"]
}

data "aws_eks_cluster" "main" {
  name       = "main"
  depends_on = [aws_eks_cluster.main]
}

data "aws_eks_clusters" "all" {
  depends_on = [aws_eks_cluster.main]
}

data "aws_eks_cluster_auth" "main" {
  name = "main"
}

data "aws_eks_node_group" "main" {
  cluster_name    = "main"
  node_group_name = "main"
  depends_on      = [aws_eks_node_group.main]
}

data "aws_eks_node_groups" "main" {
  cluster_name = "main"
  depends_on   = [aws_eks_node_group.main]
}

data "aws_eks_addon" "main" {
  cluster_name = "main"
  addon_name   = "coredns"
  depends_on   = [aws_eks_addon.main]
}

data "aws_eks_addon_version" "default" {
  addon_name         = "vpc-cni"
  kubernetes_version = "1.33"
}

data "aws_eks_addon_version" "newest" {
  addon_name         = "coredns"
  kubernetes_version = "1.33"
  most_recent        = true
}

data "aws_eks_access_entry" "main" {
  cluster_name  = "main"
  principal_arn = aws_iam_role.main.arn
  depends_on    = [aws_eks_access_entry.main]
}
