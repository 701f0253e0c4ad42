# Roles that exist before the cluster does. Roles for what runs inside it are in `../irsa`.

locals {
  # AWS's own policies, attached by role. The CNI policy is missing on purpose: the VPC CNI has a role of its own, so that
  # a pod that gets hold of a node's credentials cannot rewire the network.
  managed_policies = {
    cluster = ["AmazonEKSClusterPolicy", "AmazonEKSVPCResourceController"]
    node    = ["AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly", "AmazonSSMManagedInstanceCore"]
  }

  attachments = merge([
    for role, policies in local.managed_policies : {
      for policy in policies : "${role}/${policy}" => { role = role, policy = policy }
    }
  ]...)

  service_principals = {
    cluster = "eks.amazonaws.com"
    node    = "ec2.amazonaws.com"
  }
}

data "aws_iam_policy_document" "service_trust" {
  for_each = local.service_principals

  statement {
    actions = each.key == "cluster" ? ["sts:AssumeRole", "sts:TagSession"] : ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = [each.value]
    }
  }
}

resource "aws_iam_role" "service" {
  for_each = local.service_principals

  name               = "${var.name}-${each.key}"
  description        = "EKS ${each.key} role of ${var.name}"
  assume_role_policy = data.aws_iam_policy_document.service_trust[each.key].json
}

resource "aws_iam_role_policy_attachment" "service" {
  for_each = local.attachments

  role       = aws_iam_role.service[each.value.role].name
  policy_arn = "arn:${var.partition}:iam::aws:policy/${each.value.policy}"
}

# What people assume to work with the cluster. Their rights inside it come from access entries, not from IAM.
data "aws_iam_policy_document" "people_trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "AWS"
      identifiers = ["arn:${var.partition}:iam::${var.account_id}:root"]
    }

    condition {
      test     = "Bool"
      variable = "aws:MultiFactorAuthPresent"
      values   = ["true"]
    }
  }
}

data "aws_iam_policy_document" "people" {
  statement {
    sid       = "FindTheCluster"
    actions   = ["eks:DescribeCluster"]
    resources = ["arn:${var.partition}:eks:${var.region}:${var.account_id}:cluster/${var.cluster_name}"]
  }
}

resource "aws_iam_role" "people" {
  for_each = var.people_roles

  name                 = "${var.name}-${each.key}"
  description          = each.value
  assume_role_policy   = data.aws_iam_policy_document.people_trust.json
  max_session_duration = 4 * 3600
}

resource "aws_iam_role_policy" "people" {
  for_each = var.people_roles

  name   = "cluster"
  role   = aws_iam_role.people[each.key].id
  policy = data.aws_iam_policy_document.people.json
}

# The most that any role of a tenant can ever do, whatever its own policy says. It stops a pipeline from making itself an
# administrator by way of a policy that somebody widened.
data "aws_iam_policy_document" "tenant_boundary" {
  statement {
    sid = "Pipelines"
    actions = [
      "ecr:*",
      "s3:*",
      "secretsmanager:GetSecretValue",
      "secretsmanager:DescribeSecret",
      "kms:Decrypt",
      "sts:AssumeRole",
      "sts:GetCallerIdentity",
    ]
    resources = ["*"]
  }

  statement {
    sid       = "NeverThePlatformsOwnRoles"
    effect    = "Deny"
    actions   = ["sts:AssumeRole"]
    resources = ["arn:${var.partition}:iam::${var.account_id}:role/${var.name}-*"]
  }
}

resource "aws_iam_policy" "tenant_boundary" {
  name        = "${var.name}-tenant-boundary"
  description = "Upper limit for the roles of tenants' pipelines"
  policy      = data.aws_iam_policy_document.tenant_boundary.json
}
