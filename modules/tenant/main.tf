# One product team's Jenkins, as far as AWS has to know it. Its storage is an access point in `../efs`; what runs in the cluster
# comes from Argo CD.

locals {
  domain = coalesce(var.domain, "${var.name}.${var.zone_name}")

  # Jenkins serves what builds produced from a second name, so that a script in a report cannot act as the user who opens it
  # (Resource Root URL).
  hosts = {
    web       = local.domain
    resources = replace(local.domain, "/^([^.]+)\\./", "$1-resources.")
  }

  repository_arn = "arn:${var.partition}:ecr:${var.region}:${var.account_id}:repository/${var.name}/*"
}

# --- Names ------------------------------------------------------------------------------------------------------------

resource "aws_route53_record" "host" {
  for_each = local.hosts

  zone_id = var.zone_id
  name    = each.value
  type    = "CNAME"
  ttl     = 300
  records = [var.load_balancer_name]
}

# Says who owns the name, for whoever finds it in a log at night.
resource "aws_route53_record" "owner" {
  zone_id = var.zone_id
  name    = "_owner.${local.domain}"
  type    = "TXT"
  ttl     = 3600
  records = ["tenant=${var.name},contact=${var.contact}"]
}

# --- Secret -----------------------------------------------------------------------------------------------------------

resource "aws_secretsmanager_secret" "admin" {
  name                    = "${var.secret_prefix}${var.name}/admin"
  description             = "First administrator of Jenkins ${local.domain}"
  kms_key_id              = var.kms_key_arn
  recovery_window_in_days = var.secret_recovery_window_days

  tags = { tenant = var.name }
}

# Two resources for one thing: `ignore_changes` cannot depend on a variable. With a password given, it is kept as given ...
resource "aws_secretsmanager_secret_version" "given" {
  count = var.has_admin_password ? 1 : 0

  secret_id     = aws_secretsmanager_secret.admin.id
  secret_string = jsonencode({ user = "admin", password = var.admin_password, url = "https://${local.domain}/" })
}

# ... without one, a placeholder makes the secret readable at once, and the team replaces it by hand.
resource "aws_secretsmanager_secret_version" "placeholder" {
  count = var.has_admin_password ? 0 : 1

  secret_id     = aws_secretsmanager_secret.admin.id
  secret_string = jsonencode({ user = "admin", password = "REPLACE-ME", url = "https://${local.domain}/" })

  lifecycle {
    ignore_changes = [secret_string]
  }
}

# --- What the agents may do in AWS ------------------------------------------------------------------------------------

data "aws_iam_policy_document" "agent" {
  statement {
    sid       = "LogInToRegistry"
    actions   = ["ecr:GetAuthorizationToken"]
    resources = ["*"]
  }

  statement {
    sid = "OwnImages"
    actions = [
      "ecr:BatchCheckLayerAvailability",
      "ecr:BatchGetImage",
      "ecr:CompleteLayerUpload",
      "ecr:DescribeImages",
      "ecr:GetDownloadUrlForLayer",
      "ecr:InitiateLayerUpload",
      "ecr:PutImage",
      "ecr:UploadLayerPart",
    ]
    resources = [local.repository_arn]
  }

  # Pipelines deploy by assuming a role in the team's own accounts; most teams name one per environment.
  dynamic "statement" {
    for_each = length(var.deploy_role_arns) > 0 ? [var.deploy_role_arns] : []

    content {
      sid       = "Deploy"
      actions   = ["sts:AssumeRole"]
      resources = statement.value
    }
  }
}

module "agent_role" {
  source = "../irsa"

  name_prefix              = "${var.platform}-tenant-"
  oidc_provider_arn        = var.oidc_provider_arn
  oidc_issuer              = var.oidc_issuer
  permissions_boundary_arn = var.permissions_boundary_arn

  roles = {
    (var.name) = {
      namespace       = "jenkins-${var.name}"
      service_account = "agent"
      policy          = data.aws_iam_policy_document.agent.json
    }
  }
}

# --- Network ----------------------------------------------------------------------------------------------------------

# On top of the shared group `jenkins`: only what differs by tenant. Agents reach their own controller and no other's, and
# the tenant's internal systems are open to this tenant alone.
resource "aws_security_group" "this" {
  name        = "${var.platform}-tenant-${var.name}"
  description = "Jenkins of ${var.name}: its agents, and the internal systems it works with"
  vpc_id      = var.vpc_id

  tags = {
    Name   = "${var.platform}-tenant-${var.name}"
    tenant = var.name
  }
}

resource "aws_vpc_security_group_ingress_rule" "agents" {
  security_group_id            = aws_security_group.this.id
  description                  = "Agents reach their controller"
  ip_protocol                  = "tcp"
  from_port                    = 8080
  to_port                      = 8080
  referenced_security_group_id = aws_security_group.this.id

  tags = { tenant = var.name }
}

resource "aws_vpc_security_group_egress_rule" "agents" {
  security_group_id            = aws_security_group.this.id
  description                  = "Agents reach their controller"
  ip_protocol                  = "tcp"
  from_port                    = 8080
  to_port                      = 8080
  referenced_security_group_id = aws_security_group.this.id

  tags = { tenant = var.name }
}

resource "aws_vpc_security_group_egress_rule" "internal" {
  for_each = var.internal_systems

  security_group_id = aws_security_group.this.id
  description       = each.key
  ip_protocol       = "tcp"
  from_port         = each.value.port
  to_port           = each.value.port
  cidr_ipv4         = each.value.cidr

  tags = { tenant = var.name }
}
