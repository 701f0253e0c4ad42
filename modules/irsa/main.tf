locals {
  # Condition keys are the issuer's host and path, without the scheme.
  issuer = replace(var.oidc_issuer, "https://", "")

  inline_policies = { for name, role in var.roles : name => role.policy if role.has_policy }

  attachments = merge([
    for name, role in var.roles : {
      for policy_arn in role.managed_policy_arns : "${name}/${basename(policy_arn)}" => {
        role       = name
        policy_arn = policy_arn
      }
    }
  ]...)
}

data "aws_iam_policy_document" "trust" {
  for_each = var.roles

  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]

    principals {
      type        = "Federated"
      identifiers = [var.oidc_provider_arn]
    }

    condition {
      test     = "StringEquals"
      variable = "${local.issuer}:sub"
      values   = ["system:serviceaccount:${each.value.namespace}:${each.value.service_account}"]
    }

    condition {
      test     = "StringEquals"
      variable = "${local.issuer}:aud"
      values   = ["sts.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "this" {
  for_each = var.roles

  name                 = "${var.name_prefix}${each.key}"
  description          = "Service account ${each.value.namespace}/${each.value.service_account}"
  assume_role_policy   = data.aws_iam_policy_document.trust[each.key].json
  permissions_boundary = var.permissions_boundary_arn

  tags = {
    namespace       = each.value.namespace
    service-account = each.value.service_account
  }
}

resource "aws_iam_role_policy" "this" {
  for_each = local.inline_policies

  name   = "permissions"
  role   = aws_iam_role.this[each.key].id
  policy = each.value
}

resource "aws_iam_role_policy_attachment" "this" {
  for_each = local.attachments

  role       = aws_iam_role.this[each.value.role].name
  policy_arn = each.value.policy_arn
}
