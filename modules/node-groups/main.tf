# The full matrix: every architecture on demand and on spot. Four groups of one kind of machine each, and not one of many
# kinds, because the autoscaler reckons with the first instance type of a group.

locals {
  capacity_types = {
    on-demand = "ON_DEMAND"
    spot      = "SPOT"
  }

  groups = {
    for pair in setproduct(keys(var.architectures), keys(local.capacity_types)) : "${pair[0]}-${pair[1]}" => {
      arch           = pair[0]
      capacity       = pair[1]
      ami_type       = var.architectures[pair[0]].ami_type
      instance_types = var.architectures[pair[0]].instance_types[pair[1]]
      scaling        = var.scaling["${pair[0]}-${pair[1]}"]

      labels = {
        arch     = pair[0]
        capacity = pair[1]
        # Controllers must not be evicted, agents may be: that is what the pods of an application choose by.
        ap-type = pair[1] == "spot" ? "agent" : "controller"
      }

      # Nothing lands on arm64 or on spot by accident. What is left without a taint, x86_64 on demand, takes the add-ons.
      taints = merge(
        pair[0] == "arm64" ? { arch = "arm64" } : {},
        pair[1] == "spot" ? { capacity = "spot" } : {},
      )
    }
  }

  # The autoscaler sees labels and taints on nodes. A group scaled to zero has no node to look at, so it reads these tags.
  template_tags = flatten([
    for name, group in local.groups : concat(
      [for key, value in group.labels : {
        group = name
        key   = "k8s.io/cluster-autoscaler/node-template/label/${key}"
        value = value
      }],
      [for key, value in group.taints : {
        group = name
        key   = "k8s.io/cluster-autoscaler/node-template/taint/${key}"
        value = "${value}:NoSchedule"
      }],
      [{
        group = name
        key   = "k8s.io/cluster-autoscaler/node-template/resources/ephemeral-storage"
        value = "${var.disk_gib}Gi"
      }],
    )
  ])
}

# The AMI release that AWS recommends for this Kubernetes version. A new one shows in the plan as an update of the node
# groups; `release_versions` holds an architecture back.
data "aws_ssm_parameter" "release" {
  for_each = { for arch, spec in var.architectures : arch => spec.ssm_name if !contains(keys(var.release_versions), arch) }

  name = "/aws/service/eks/optimized-ami/${var.kubernetes_version}/amazon-linux-2023/${each.value}/standard/recommended/release_version"
}

resource "aws_launch_template" "node" {
  for_each = local.groups

  name_prefix            = "${var.cluster_name}-${each.key}-"
  description            = "Nodes of ${var.cluster_name}: ${each.value.arch}, ${each.value.capacity}"
  update_default_version = true
  vpc_security_group_ids = var.security_group_ids

  # EKS merges this with its own. A CI node pulls many large images: throw old ones out before the disk is full.
  user_data = base64encode(<<-EOT
    MIME-Version: 1.0
    Content-Type: multipart/mixed; boundary="//"

    --//
    Content-Type: application/node.eks.aws

    apiVersion: node.eks.aws/v1alpha1
    kind: NodeConfig
    spec:
      kubelet:
        config:
          imageGCHighThresholdPercent: ${var.image_gc.high}
          imageGCLowThresholdPercent: ${var.image_gc.low}
    --//--
  EOT
  )

  metadata_options {
    http_endpoint = "enabled"
    http_tokens   = "required"
    # One hop ends at the node: a pod cannot take the node's role.
    http_put_response_hop_limit = 1
    instance_metadata_tags      = "disabled"
  }

  monitoring {
    enabled = each.value.capacity == "on-demand"
  }

  block_device_mappings {
    device_name = "/dev/xvda"

    ebs {
      volume_type           = "gp3"
      volume_size           = var.disk_gib
      throughput            = var.disk_throughput
      encrypted             = true
      delete_on_termination = true
    }
  }

  # Tags of a launch template are not those of what it launches, and default_tags stop at the template.
  dynamic "tag_specifications" {
    for_each = toset(["instance", "network-interface", "volume"])

    content {
      resource_type = tag_specifications.value
      tags          = merge(var.tags, each.value.labels, { Name = "${var.cluster_name}-${each.key}" })
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_eks_node_group" "this" {
  for_each = local.groups

  cluster_name           = var.cluster_name
  node_group_name_prefix = "${each.key}-" # two groups of one name cannot stand side by side during a replacement
  node_role_arn          = var.node_role_arn
  subnet_ids             = var.subnet_ids

  ami_type        = each.value.ami_type
  capacity_type   = local.capacity_types[each.value.capacity]
  instance_types  = each.value.instance_types
  version         = var.kubernetes_version
  release_version = lookup(var.release_versions, each.value.arch, try(data.aws_ssm_parameter.release[each.value.arch].insecure_value, null))

  labels = each.value.labels

  dynamic "taint" {
    for_each = each.value.taints

    content {
      key    = taint.key
      value  = taint.value
      effect = "NO_SCHEDULE"
    }
  }

  launch_template {
    id      = aws_launch_template.node[each.key].id
    version = aws_launch_template.node[each.key].latest_version
  }

  scaling_config {
    min_size     = each.value.scaling.min
    max_size     = each.value.scaling.max
    desired_size = each.value.scaling.initial
  }

  update_config {
    max_unavailable_percentage = 25
  }

  lifecycle {
    create_before_destroy = true
    # The autoscaler owns it after creation.
    ignore_changes = [scaling_config[0].desired_size]
  }
}

resource "aws_autoscaling_group_tag" "template" {
  for_each = { for tag in local.template_tags : "${tag.group}/${tag.key}" => tag }

  autoscaling_group_name = aws_eks_node_group.this[each.value.group].resources[0].autoscaling_groups[0].name

  tag {
    key                 = each.value.key
    value               = each.value.value
    propagate_at_launch = true
  }
}
