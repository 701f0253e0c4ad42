locals {
  groups = {
    node          = "Worker nodes and the pods that share their address"
    control_plane = "Network interfaces of the EKS control plane"
    efs           = "Mount targets of the shared file system"
    jenkins       = "Jenkins controllers and agents of every tenant"
    load_balancer = "Load balancers in front of Jenkins"
  }

  # Every rule is one line. `peer` is another group of this module, `cidr` an address range; `from` alone is one port.
  # A rule between two of these groups is needed twice: as egress of the one and as ingress of the other.
  rules = {
    "node/in/nodes"       = { group = "node", direction = "ingress", protocol = "-1", peer = "node", why = "Pods on different nodes" }
    "node/in/kubelet"     = { group = "node", direction = "ingress", from = 10250, peer = "control_plane", why = "Logs, exec and metrics" }
    "node/in/webhooks"    = { group = "node", direction = "ingress", from = 443, peer = "control_plane", why = "Admission webhooks and extension APIs" }
    "node/in/lbc-webhook" = { group = "node", direction = "ingress", from = 9443, peer = "control_plane", why = "Load balancer controller webhook" }
    "node/in/dns-tcp"     = { group = "node", direction = "ingress", from = 53, peer = "jenkins", why = "CoreDNS" }
    "node/in/dns-udp"     = { group = "node", direction = "ingress", from = 53, protocol = "udp", peer = "jenkins", why = "CoreDNS" }
    "node/out/all"        = { group = "node", direction = "egress", protocol = "-1", cidr = "0.0.0.0/0", why = "Images, AWS APIs, file system" }

    "control-plane/in/nodes"       = { group = "control_plane", direction = "ingress", from = 443, peer = "node", why = "Kubernetes API" }
    "control-plane/in/jenkins"     = { group = "control_plane", direction = "ingress", from = 443, peer = "jenkins", why = "Controllers start their agents" }
    "control-plane/out/kubelet"    = { group = "control_plane", direction = "egress", from = 10250, peer = "node", why = "Logs, exec and metrics" }
    "control-plane/out/webhooks"   = { group = "control_plane", direction = "egress", from = 443, peer = "node", why = "Admission webhooks and extension APIs" }
    "control-plane/out/lbcwebhook" = { group = "control_plane", direction = "egress", from = 9443, peer = "node", why = "Load balancer controller webhook" }

    # Nodes mount on behalf of their pods, so pods need no rule of their own.
    "efs/in/nfs" = { group = "efs", direction = "ingress", from = 2049, peer = "node", why = "NFS from the nodes" }

    "jenkins/in/web"     = { group = "jenkins", direction = "ingress", from = 8080, peer = "load_balancer", why = "Jenkins web interface" }
    "jenkins/in/probes"  = { group = "jenkins", direction = "ingress", from = 8080, peer = "node", why = "Kubelet probes" }
    "jenkins/out/https"  = { group = "jenkins", direction = "egress", from = 443, cidr = "0.0.0.0/0", why = "Git, registries, AWS APIs" }
    "jenkins/out/ssh"    = { group = "jenkins", direction = "egress", from = 22, cidr = "0.0.0.0/0", why = "Git over SSH" }
    "jenkins/out/api"    = { group = "jenkins", direction = "egress", from = 443, peer = "control_plane", why = "Kubernetes API" }
    "jenkins/out/dnstcp" = { group = "jenkins", direction = "egress", from = 53, peer = "node", why = "CoreDNS" }
    "jenkins/out/dnsudp" = { group = "jenkins", direction = "egress", from = 53, protocol = "udp", peer = "node", why = "CoreDNS" }

    "load-balancer/out/web" = { group = "load_balancer", direction = "egress", from = 8080, peer = "jenkins", why = "Jenkins web interface" }
  }

  # Users reach the load balancers from the given ranges only; port 80 answers with a redirect.
  user_rules = {
    for pair in setproduct(var.user_cidrs, [443, 80]) : format("load-balancer/in/%s/%d", pair[0], pair[1]) => {
      group = "load_balancer", direction = "ingress", from = pair[1], cidr = pair[0], why = "Users"
    }
  }

  # Two steps, because rules of different shape share no map type until each has all attributes.
  all_rules = {
    for key, rule in merge(local.rules, local.user_rules, var.extra_rules) : key => {
      group       = rule.group
      direction   = rule.direction
      protocol    = coalesce(try(rule.protocol, null), "tcp")
      from_port   = try(rule.from, null)
      to_port     = try(coalesce(try(rule.to, null), rule.from), null)
      peer        = try(rule.peer, null)
      cidr        = try(rule.cidr, null)
      description = rule.why
    }
  }
}

resource "aws_security_group" "this" {
  for_each = local.groups

  # A prefix and not a name: a group in use cannot be deleted, so its successor has to stand beside it for a while.
  name_prefix = "${var.name}-${replace(each.key, "_", "-")}-"
  description = each.value
  vpc_id      = var.vpc_id

  tags = {
    Name = "${var.name}-${replace(each.key, "_", "-")}"
    role = each.key
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_ingress_rule" "this" {
  for_each = { for key, rule in local.all_rules : key => rule if rule.direction == "ingress" }

  security_group_id            = aws_security_group.this[each.value.group].id
  description                  = each.value.description
  ip_protocol                  = each.value.protocol
  from_port                    = each.value.from_port
  to_port                      = each.value.to_port
  cidr_ipv4                    = each.value.cidr
  referenced_security_group_id = each.value.peer == null ? null : aws_security_group.this[each.value.peer].id

  tags = { Name = each.key }
}

resource "aws_vpc_security_group_egress_rule" "this" {
  for_each = { for key, rule in local.all_rules : key => rule if rule.direction == "egress" }

  security_group_id            = aws_security_group.this[each.value.group].id
  description                  = each.value.description
  ip_protocol                  = each.value.protocol
  from_port                    = each.value.from_port
  to_port                      = each.value.to_port
  cidr_ipv4                    = each.value.cidr
  referenced_security_group_id = each.value.peer == null ? null : aws_security_group.this[each.value.peer].id

  tags = { Name = each.key }
}
