"""EC2 security groups and their rules, each rule an object of its own with tags.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_SecurityGroupRule.html
"""
import copy
import ipaddress
import re

from moto.ec2.models.security_groups import SecurityGroupRule

from . import lookups
from .core import AwsError, before, operation
from .ec2 import paged
from .ec2_filters import asked, filtered


def _group(call, group_id):
    group = lookups.security_group(call, group_id)
    if group is None:
        raise AwsError("InvalidGroup.NotFound", f"The security group '{group_id}' does not exist")
    return group


def all_groups(ec2):
    return [g for groups in ec2.groups.values() for g in groups.values()]


@before("ec2.DeleteSecurityGroup")
def delete_security_group(call):
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteSecurityGroup.html
    ec2, group = lookups.ec2(call), lookups.security_group(call, call.params.get("GroupId"))
    if group is None:
        return
    if group.name == "default":
        raise AwsError("CannotDelete", f"the specified group: \"{group.id}\" name: \"default\" cannot be deleted by a user")
    for other in all_groups(ec2):
        if other is not group and any(r.source_group.get("GroupId") == group.id for r in other.ingress_rules + other.egress_rules):
            raise depends_on(group.id)
    if any(g.id == group.id for e in ec2.enis.values() for g in e._group_set):
        raise depends_on(group.id)


def depends_on(group_id):
    return AwsError("DependencyViolation", f"resource {group_id} has a dependent object")


# ---------------------------------------------------------------- rules

@operation("ec2.AuthorizeSecurityGroupIngress", "ec2.AuthorizeSecurityGroupEgress")
def authorize(call):
    """All the rules of a call or none; the answer holds each of them."""
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AuthorizeSecurityGroupIngress.html
    p, egress = call.params, call.action.endswith("Egress")
    group = _group(call, p.get("GroupId")) if p.get("GroupId") else _by_name(call, p.get("GroupName"))
    tags = {t["Key"]: t.get("Value", "") for s in p.get("TagSpecifications") or [] if s.get("ResourceType") == "security-group-rule"
            for t in s.get("Tags") or []}
    permissions = p.get("IpPermissions") or [_single(p)]
    existing, made = group.egress_rules if egress else group.ingress_rules, []
    for rule in _rules(call, group, permissions, egress, tags):
        for other in existing + made:
            if _same(rule, other):
                raise AwsError("InvalidPermission.Duplicate", f"the specified rule \"peer: {_peer(rule)}, {rule.ip_protocol}, "
                               f"from port: {rule.from_port}, to port: {rule.to_port}, ALLOW\" already exists")
        made.append(rule)
    if len(existing) + len(made) > 60:
        raise AwsError("RulesPerSecurityGroupLimitExceeded", "The maximum number of rules per security group has been reached.")
    for rule in made:
        existing.append(rule)
        if tags:
            rule.add_tags(tags)
    return {"Return": True, "SecurityGroupRules": [shown(call, r) for r in made]}


def _by_name(call, name):
    ec2 = lookups.ec2(call)
    group = ec2.get_security_group_from_name(name, ec2.default_vpc.id) if name and ec2.default_vpc else None
    if group is None:
        raise AwsError("InvalidGroup.NotFound", f"The security group '{name}' does not exist in default VPC")
    return group


def _single(p):
    permission = {k: p[k] for k in ("IpProtocol", "FromPort", "ToPort") if p.get(k) is not None}
    if p.get("CidrIp"):
        permission["IpRanges"] = [{"CidrIp": p["CidrIp"]}]
    if p.get("SourceSecurityGroupName"):
        permission["UserIdGroupPairs"] = [{"GroupName": p["SourceSecurityGroupName"]}]
    return permission


def _rules(call, group, permissions, egress, tags):
    ec2 = lookups.ec2(call)
    for permission in permissions:
        protocol = str(permission.get("IpProtocol", "")).lower() or None
        if protocol is None:
            raise AwsError("InvalidParameterValue", "Invalid value 'null' for protocol. VPC security group rules must specify protocols explicitly.")
        first, last = permission.get("FromPort"), permission.get("ToPort")
        if protocol in ("tcp", "udp", "6", "17") and (first is None or last is None or first > last):
            raise AwsError("InvalidParameterValue", "Invalid value for portRange. Must specify both from and to ports with TCP/UDP.")
        if protocol not in ("-1", "all") and first is None:
            first, last = -1, -1
        for entry in permission.get("IpRanges") or []:
            yield SecurityGroupRule(ec2, protocol, group.id, first, last, _range(entry, "CidrIp", 4), is_egress=egress)
        for entry in permission.get("Ipv6Ranges") or []:
            yield SecurityGroupRule(ec2, protocol, group.id, first, last, _range(entry, "CidrIpv6", 6), is_egress=egress)
        for pair in permission.get("UserIdGroupPairs") or []:
            yield SecurityGroupRule(ec2, protocol, group.id, first, last, {}, _pair(call, pair), is_egress=egress)
        for entry in permission.get("PrefixListIds") or []:
            rule = SecurityGroupRule(ec2, protocol, group.id, first, last, {}, None, entry, is_egress=egress)
            rule.ip_range = {"Description": entry["Description"]} if entry.get("Description") else {}
            yield rule


def _range(entry, key, family):
    try:
        network = ipaddress.ip_network(entry[key], strict=False)
    except ValueError:
        raise AwsError("InvalidParameterValue", f"CIDR block {entry[key]} is malformed")
    if network.version != family:
        raise AwsError("InvalidParameterValue", f"CIDR block {entry[key]} is malformed")
    return {key: str(network), **({"Description": entry["Description"]} if entry.get("Description") else {})}


def _pair(call, pair):
    peer = _group(call, pair["GroupId"]) if pair.get("GroupId") else _by_name(call, pair.get("GroupName"))
    return {"GroupId": peer.id, "OwnerId": call.account, "UserId": call.account,
            **({"Description": pair["Description"]} if pair.get("Description") else {})}


def _peer(rule):
    return rule.ip_range.get("CidrIp") or rule.ip_range.get("CidrIpv6") or rule.source_group.get("GroupId") or rule.prefix_list_id


def _same(one, other):
    return (one.ip_protocol, one.from_port, one.to_port, _peer(one)) == (other.ip_protocol, other.from_port, other.to_port, _peer(other))


def shown(call, rule):
    """A rule as AWS answers it; ports are -1 where the protocol has none."""
    source = rule.source_group
    view = {"SecurityGroupRuleId": rule.id, "GroupId": rule.group_id, "GroupOwnerId": call.account, "IsEgress": rule.is_egress,
            "IpProtocol": rule.ip_protocol, "FromPort": -1 if rule.from_port is None else rule.from_port,
            "ToPort": -1 if rule.to_port is None else rule.to_port, "CidrIpv4": rule.ip_range.get("CidrIp"),
            "CidrIpv6": rule.ip_range.get("CidrIpv6"), "PrefixListId": rule.prefix_list_id,
            "Description": rule.ip_range.get("Description") or source.get("Description"),
            "SecurityGroupRuleArn": f"arn:aws:ec2:{call.region}:{call.account}:security-group-rule/{rule.id}",
            "Tags": [{"Key": k, "Value": v} for k, v in rule.ec2_backend.tags.get(rule.id, {}).items()]}
    if source:
        view["ReferencedGroupInfo"] = {"GroupId": source["GroupId"], "UserId": call.account}
    return view


@operation("ec2.DescribeSecurityGroupRules")
def describe_rules(call):
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSecurityGroupRules.html
    p = call.params
    rules = [r for g in all_groups(lookups.ec2(call)) for r in g.ingress_rules + g.egress_rules]
    wanted = p.get("SecurityGroupRuleIds")
    if wanted:
        missing = set(wanted) - {r.id for r in rules}
        if missing:
            raise AwsError("InvalidSecurityGroupRuleId.NotFound", f"The security group rule ID '{sorted(missing)[0]}' does not exist")
        rules = [r for r in rules if r.id in wanted]
    groups = [v for f in asked(call) if f["Name"] == "group-id" for v in f.get("Values") or []]
    for value in groups:
        if not re.match(r"sg-|\*|\?", value):
            raise AwsError("InvalidGroupId.Malformed", f"The security group ID '{value}' is malformed")
    if groups and not any("*" in v or "?" in v for v in groups):
        rules = [r for r in rules if r.group_id in groups]  # ahead of making the answer: many rules, few asked for
    result = {"SecurityGroupRules": [shown(call, r) for r in rules]}
    filtered(call, result)
    paged(call, result)
    return result


@operation("ec2.ModifySecurityGroupRules")
def modify_rules(call):
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifySecurityGroupRules.html
    group = _group(call, call.params["GroupId"])
    by_id = {r.id: r for r in group.ingress_rules + group.egress_rules}
    for update in call.params["SecurityGroupRules"]:
        rule, wanted = by_id.get(update["SecurityGroupRuleId"]), update.get("SecurityGroupRule") or {}
        if rule is None:
            raise AwsError("InvalidSecurityGroupRuleId.NotFound", f"The security group rule ID '{update['SecurityGroupRuleId']}' does not exist")
        text = {"Description": wanted["Description"]} if wanted.get("Description") else {}
        permission = {"IpProtocol": wanted.get("IpProtocol"), "FromPort": wanted.get("FromPort"), "ToPort": wanted.get("ToPort")}
        for field, key, kind in (("CidrIpv4", "IpRanges", "CidrIp"), ("CidrIpv6", "Ipv6Ranges", "CidrIpv6"),
                                 ("ReferencedGroupId", "UserIdGroupPairs", "GroupId"), ("PrefixListId", "PrefixListIds", "PrefixListId")):
            if wanted.get(field):
                permission[key] = [{kind: wanted[field], **text}]
        made = next(_rules(call, group, [permission], rule.is_egress, {}), None)
        if made is None:
            raise AwsError("MissingParameter", "The request must contain exactly one of: cidrIp, cidrIpv6, prefixListId, or referencedGroupId")
        for field in ("ip_protocol", "from_port", "to_port", "ip_range", "source_group", "prefix_list_id"):
            setattr(rule, field, copy.copy(getattr(made, field)))
    return {"Return": True}


@operation("ec2.UpdateSecurityGroupRuleDescriptionsIngress", "ec2.UpdateSecurityGroupRuleDescriptionsEgress")
def describe_anew(call):
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_UpdateSecurityGroupRuleDescriptionsIngress.html
    p, egress = call.params, call.action.endswith("Egress")
    group = _group(call, p.get("GroupId")) if p.get("GroupId") else _by_name(call, p.get("GroupName"))
    for wanted in _rules(call, group, p.get("IpPermissions") or [], egress, {}):
        found = next((r for r in (group.egress_rules if egress else group.ingress_rules) if _same(r, wanted)), None)
        if found is None:
            raise AwsError("InvalidPermission.NotFound", "The specified rule does not exist in this security group.")
        found.ip_range, found.source_group = wanted.ip_range, wanted.source_group
    return {"Return": True}


@operation("ec2.RevokeSecurityGroupIngress", "ec2.RevokeSecurityGroupEgress")
def revoke(call):
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RevokeSecurityGroupIngress.html
    p, egress = call.params, call.action.endswith("Egress")
    group = _group(call, p.get("GroupId")) if p.get("GroupId") else _by_name(call, p.get("GroupName"))
    rules, gone = group.egress_rules if egress else group.ingress_rules, []
    if p.get("SecurityGroupRuleIds"):
        by_id = {r.id: r for r in rules}
        for rule_id in p["SecurityGroupRuleIds"]:
            if rule_id not in by_id:
                raise AwsError("InvalidSecurityGroupRuleId.NotFound", f"The security group rule ID '{rule_id}' does not exist")
            gone.append(by_id[rule_id])
    else:
        for wanted in _rules(call, group, p.get("IpPermissions") or [_single(p)], egress, {}):
            found = next((r for r in rules if _same(r, wanted)), None)
            if found is None:
                raise AwsError("InvalidPermission.NotFound", "The specified rule does not exist in this security group.")
            gone.append(found)
    rules[:] = [r for r in rules if not any(r is g for g in gone)]
    for rule in gone:
        rule.ec2_backend.tags.pop(rule.id, None)
    return {"Return": True, "RevokedSecurityGroupRules": [shown(call, r) for r in gone]}


