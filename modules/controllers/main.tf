# What each controller inside the cluster may do in AWS, one document per controller, and its role by OIDC.

locals {
  arn = {
    ec2 = "arn:${var.partition}:ec2:${var.region}:${var.account_id}"
    elb = "arn:${var.partition}:elasticloadbalancing:${var.region}:${var.account_id}"
  }

  # The load balancer controller marks what it makes with this tag, and may change nothing without it.
  lbc_tag = "elbv2.k8s.aws/cluster"
}

data "aws_iam_policy_document" "cluster_autoscaler" {
  statement {
    sid = "Look"
    actions = [
      "autoscaling:DescribeAutoScalingGroups",
      "autoscaling:DescribeAutoScalingInstances",
      "autoscaling:DescribeLaunchConfigurations",
      "autoscaling:DescribeScalingActivities",
      "ec2:DescribeImages",
      "ec2:DescribeInstanceTypes",
      "ec2:DescribeLaunchTemplateVersions",
      "ec2:GetInstanceTypesFromInstanceRequirements",
    ]
    resources = ["*"]
  }

  statement {
    sid       = "NodeGroups"
    actions   = ["eks:DescribeNodegroup"]
    resources = ["arn:${var.partition}:eks:${var.region}:${var.account_id}:nodegroup/${var.cluster_name}/*/*"]
  }

  # EKS puts this tag on the groups of managed node groups; those of other clusters are out of reach.
  statement {
    sid = "ScaleOwnGroups"
    actions = [
      "autoscaling:SetDesiredCapacity",
      "autoscaling:TerminateInstanceInAutoScalingGroup",
    ]
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/k8s.io/cluster-autoscaler/${var.cluster_name}"
      values   = ["owned"]
    }
  }
}

data "aws_iam_policy_document" "external_dns" {
  statement {
    sid       = "Look"
    actions   = ["route53:ListHostedZones", "route53:ListTagsForResources"]
    resources = ["*"]
  }

  statement {
    sid       = "OwnZone"
    actions   = ["route53:ChangeResourceRecordSets", "route53:ListResourceRecordSets", "route53:ListTagsForResource"]
    resources = [var.zone_arn]
  }
}

# Access points are made by the stack and not by the driver, and nodes mount over plain NFS: the driver may look, no more.
data "aws_iam_policy_document" "efs_csi" {
  statement {
    sid       = "Look"
    actions   = ["ec2:DescribeAvailabilityZones"]
    resources = ["*"]
  }

  statement {
    sid = "LookAtFileSystem"
    actions = [
      "elasticfilesystem:DescribeAccessPoints",
      "elasticfilesystem:DescribeFileSystems",
      "elasticfilesystem:DescribeMountTargets",
    ]
    resources = [
      var.file_system_arn,
      "arn:${var.partition}:elasticfilesystem:${var.region}:${var.account_id}:access-point/*",
    ]
  }
}

data "aws_iam_policy_document" "external_secrets" {
  statement {
    sid       = "OwnSecrets"
    actions   = ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue", "secretsmanager:ListSecretVersionIds"]
    resources = ["arn:${var.partition}:secretsmanager:${var.region}:${var.account_id}:secret:${var.secret_prefix}*"]
  }

  statement {
    sid       = "DecryptThem"
    actions   = ["kms:Decrypt"]
    resources = [var.kms_key_arn]

    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = ["secretsmanager.${var.region}.amazonaws.com"]
    }
  }
}

# After the policy that the controller's project publishes, without what this platform does not use: WAF, Shield, Cognito,
# outposts, and security groups of its own (the shared group for load balancers is named in the ingress class).
data "aws_iam_policy_document" "load_balancer_controller" {
  statement {
    sid = "Look"
    actions = [
      "acm:DescribeCertificate",
      "acm:ListCertificates",
      "ec2:DescribeAccountAttributes",
      "ec2:DescribeAddresses",
      "ec2:DescribeAvailabilityZones",
      "ec2:DescribeInstances",
      "ec2:DescribeInternetGateways",
      "ec2:DescribeNetworkInterfaces",
      "ec2:DescribeSecurityGroups",
      "ec2:DescribeSubnets",
      "ec2:DescribeTags",
      "ec2:DescribeVpcs",
      "elasticloadbalancing:Describe*",
    ]
    resources = ["*"]
  }

  # The first load balancer of an account makes AWS create this role.
  statement {
    sid       = "FirstLoadBalancer"
    actions   = ["iam:CreateServiceLinkedRole"]
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "iam:AWSServiceName"
      values   = ["elasticloadbalancing.amazonaws.com"]
    }
  }

  statement {
    sid       = "CreateMarked"
    actions   = ["elasticloadbalancing:CreateLoadBalancer", "elasticloadbalancing:CreateTargetGroup"]
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/${local.lbc_tag}"
      values   = [var.cluster_name]
    }
  }

  statement {
    sid     = "MarkWhatItCreates"
    actions = ["elasticloadbalancing:AddTags"]
    resources = [
      for kind in ["loadbalancer/app", "loadbalancer/net", "targetgroup"] : "${local.arn.elb}:${kind}/*"
    ]

    condition {
      test     = "StringEquals"
      variable = "elasticloadbalancing:CreateAction"
      values   = ["CreateTargetGroup", "CreateLoadBalancer"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/${local.lbc_tag}"
      values   = [var.cluster_name]
    }
  }

  statement {
    sid = "ChangeMarked"
    actions = [
      "elasticloadbalancing:AddTags",
      "elasticloadbalancing:DeleteLoadBalancer",
      "elasticloadbalancing:DeleteTargetGroup",
      "elasticloadbalancing:ModifyLoadBalancerAttributes",
      "elasticloadbalancing:ModifyTargetGroup",
      "elasticloadbalancing:ModifyTargetGroupAttributes",
      "elasticloadbalancing:RemoveTags",
      "elasticloadbalancing:SetIpAddressType",
      "elasticloadbalancing:SetSecurityGroups",
      "elasticloadbalancing:SetSubnets",
    ]
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/${local.lbc_tag}"
      values   = [var.cluster_name]
    }
  }

  # Listeners and rules carry no tag at the time of the request; they are limited to load balancers of this region.
  statement {
    sid = "Listeners"
    actions = [
      "elasticloadbalancing:AddListenerCertificates",
      "elasticloadbalancing:CreateListener",
      "elasticloadbalancing:CreateRule",
      "elasticloadbalancing:DeleteListener",
      "elasticloadbalancing:DeleteRule",
      "elasticloadbalancing:ModifyListener",
      "elasticloadbalancing:ModifyRule",
      "elasticloadbalancing:RemoveListenerCertificates",
      "elasticloadbalancing:SetRulePriorities",
    ]
    resources = [
      for kind in ["loadbalancer", "listener", "listener-rule"] : "${local.arn.elb}:${kind}/*"
    ]
  }

  statement {
    sid       = "Targets"
    actions   = ["elasticloadbalancing:DeregisterTargets", "elasticloadbalancing:RegisterTargets"]
    resources = ["${local.arn.elb}:targetgroup/*"]
  }

  statement {
    sid       = "OpenPodsToLoadBalancers"
    actions   = ["ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupIngress"]
    resources = [for id in var.backend_security_group_ids : "${local.arn.ec2}:security-group/${id}"]
  }
}

module "roles" {
  source = "../irsa"

  name_prefix       = "${var.name}-"
  oidc_provider_arn = var.oidc_provider_arn
  oidc_issuer       = var.oidc_issuer

  roles = {
    cluster-autoscaler = {
      namespace       = "kube-system"
      service_account = "cluster-autoscaler"
      policy          = data.aws_iam_policy_document.cluster_autoscaler.json
    }
    external-dns = {
      namespace       = "external-dns"
      service_account = "external-dns"
      policy          = data.aws_iam_policy_document.external_dns.json
    }
    efs-csi = {
      namespace       = "kube-system"
      service_account = "efs-csi-controller-sa"
      policy          = data.aws_iam_policy_document.efs_csi.json
    }
    external-secrets = {
      namespace       = "external-secrets"
      service_account = "external-secrets"
      policy          = data.aws_iam_policy_document.external_secrets.json
    }
    load-balancer-controller = {
      namespace       = "kube-system"
      service_account = "aws-load-balancer-controller"
      policy          = data.aws_iam_policy_document.load_balancer_controller.json
    }
    # The one whose needs change with every release of the add-on: AWS's own policy follows them.
    vpc-cni = {
      namespace           = "kube-system"
      service_account     = "aws-node"
      has_policy          = false
      managed_policy_arns = ["arn:${var.partition}:iam::aws:policy/AmazonEKS_CNI_Policy"]
    }
  }
}
