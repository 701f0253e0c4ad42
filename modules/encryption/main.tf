# One key for everything that this platform encrypts with a key of its own: Kubernetes secrets, the file system, logs and the
# tenants' secrets. One policy to audit, and one switch to make all of it unreadable.

data "aws_iam_policy_document" "key" {
  statement {
    sid       = "AccountAdministersByIam"
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:${var.partition}:iam::${var.account_id}:root"]
    }
  }

  # CloudWatch Logs works with its own identity, so the key policy has to name it, limited to this platform's groups.
  statement {
    sid = "LogGroups"
    actions = [
      "kms:Encrypt*",
      "kms:Decrypt*",
      "kms:ReEncrypt*",
      "kms:GenerateDataKey*",
      "kms:Describe*",
    ]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["logs.${var.region}.amazonaws.com"]
    }

    condition {
      test     = "ArnLike"
      variable = "kms:EncryptionContext:aws:logs:arn"
      values = [
        for name in var.log_group_names : "arn:${var.partition}:logs:${var.region}:${var.account_id}:log-group:${name}"
      ]
    }
  }
}

resource "aws_kms_key" "this" {
  description             = "Everything of ${var.name} that is encrypted at rest"
  enable_key_rotation     = true
  deletion_window_in_days = var.deletion_window_days
  policy                  = data.aws_iam_policy_document.key.json

  tags = { Name = var.name }
}

resource "aws_kms_alias" "this" {
  name          = "alias/${var.name}"
  target_key_id = aws_kms_key.this.key_id
}
