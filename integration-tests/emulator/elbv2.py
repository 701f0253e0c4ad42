"""Elastic Load Balancing v2, answered whole by the layer: load balancers and what their calls share. Listeners stand in
elbv2_listeners, target groups in elbv2_targets.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_Operations.html
"""
import re
import uuid

from . import lookups, state
from .core import AwsError, before, now, operation, page

PREFIX = {"application": "app", "network": "net", "gateway": "gwy"}
ZONES = {"application": "Z14GRHDCWA56QT", "network": "Z31USIVHYNEOWT", "gateway": None}
# https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancerAttribute.html
GENERAL = {"deletion_protection.enabled": "false", "load_balancing.cross_zone.enabled": "false"}
ROUTED = {"access_logs.s3.enabled": "false", "access_logs.s3.bucket": "", "access_logs.s3.prefix": "",
          "ipv6.deny_all_igw_traffic": "false", "zonal_shift.config.enabled": "false"}
ATTRIBUTES = {
    "application": {**GENERAL, **ROUTED, "load_balancing.cross_zone.enabled": "true", "idle_timeout.timeout_seconds": "60",
                    "client_keep_alive.seconds": "3600", "connection_logs.s3.enabled": "false", "connection_logs.s3.bucket": "",
                    "connection_logs.s3.prefix": "", "routing.http.desync_mitigation_mode": "defensive",
                    "routing.http.drop_invalid_header_fields.enabled": "false",
                    "routing.http.preserve_host_header.enabled": "false",
                    "routing.http.x_amzn_tls_version_and_cipher_suite.enabled": "false",
                    "routing.http.xff_client_port.enabled": "false", "routing.http.xff_header_processing.mode": "append",
                    "routing.http2.enabled": "true", "waf.fail_open.enabled": "false"},
    "network": {**GENERAL, **ROUTED, "dns_record.client_routing_policy": "any_availability_zone"},
    "gateway": dict(GENERAL),
}


def table(call, name):
    return state.table(call.account, call.region, "elbv2", name)


def invalid(message):
    return AwsError("ValidationError", message)


def refused(message):
    return AwsError("InvalidConfigurationRequest", message)


def arn(call, resource):
    return f"arn:aws:elasticloadbalancing:{call.region}:{call.account}:{resource}"


def shown(thing):
    return {k: v for k, v in thing.items() if not k.startswith("_") and v is not None}


def found(call, name, key, code, what):
    """The object of an ARN; the whole call fails for one that is not there."""
    thing = table(call, name).get(key)
    if thing is None:
        raise AwsError(code, what)
    return thing


def balancer(call, key=None):
    key = key or call.params["LoadBalancerArn"]
    return found(call, "load_balancers", key, "LoadBalancerNotFound", f"Load balancer '{key}' not found")


def paged(call, rows, key):
    rows, marker = page(rows, call.params.get("PageSize") or 400, call.params.get("Marker"), invalid("Invalid marker"))
    state.seen(rows)
    return {key: [shown(r) for r in rows], "NextMarker": marker}


def check_name(name):
    # https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html
    if not re.fullmatch(r"[A-Za-z0-9-]{1,32}", name) or name.startswith("-") or name.endswith("-"):
        raise invalid(f"The name '{name}' is not valid")


# ---------------------------------------------------------------- load balancers

@operation("elbv2.CreateLoadBalancer")
def create(call):
    p = call.params
    name, kind, scheme = p["Name"], p.get("Type") or "application", p.get("Scheme") or "internet-facing"
    check_name(name)
    mappings = p.get("SubnetMappings") or [{"SubnetId": s} for s in p.get("Subnets") or []]
    zones = places(call, kind, mappings)
    if kind == "gateway":
        scheme = None
    vpc = lookups.subnet(call, mappings[0]["SubnetId"]).vpc_id
    groups = p.get("SecurityGroups") or []
    for group in groups:
        need_group(call, group)
    if kind == "application" and not groups:
        groups = [g.id for g in lookups.ec2(call).groups.get(vpc, {}).values() if g.name == "default"]
    asked = {k: v for k, v in p.items() if k != "Tags"}
    for other in table(call, "load_balancers").values():
        if other["LoadBalancerName"] == name:
            # The same request again is answered with what the first made.
            if other["_asked"] == asked:
                return {"LoadBalancers": [shown(other)]}
            raise AwsError("DuplicateLoadBalancerName", f"A load balancer with the same name '{name}' exists, but with "
                           "different settings")
    unique = uuid.uuid4().hex[:16]
    key = arn(call, f"loadbalancer/{PREFIX[kind]}/{name}/{unique}")
    inner = "internal-" if scheme == "internal" else ""
    made = {"LoadBalancerArn": key, "LoadBalancerName": name, "Type": kind, "Scheme": scheme, "VpcId": vpc, "CreatedTime": now(),
            "DNSName": f"{inner}{name}-{unique}.{'elb.' if kind != 'application' else ''}{call.region}"
                       f".{'elb.' if kind == 'application' else ''}amazonaws.com" if kind != "gateway" else None,
            "CanonicalHostedZoneId": ZONES[kind], "AvailabilityZones": zones,
            "SecurityGroups": groups or None, "IpAddressType": p.get("IpAddressType") or "ipv4",
            "CustomerOwnedIpv4Pool": p.get("CustomerOwnedIpv4Pool"), "IpamPools": p.get("IpamPools"),
            "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic": "on" if kind == "network" and groups else None,
            "State": {"Code": "active"}, "_asked": asked, "_attributes": dict(ATTRIBUTES[kind]), "_capacity": None,
            "_tags": {t["Key"]: t.get("Value") or "" for t in p.get("Tags") or []}}
    table(call, "load_balancers")[key] = made
    state.start(call, made, "State", {"Code": "provisioning"}, {"Code": "failed" if call.effects.get("fail") else "active"})
    return {"LoadBalancers": [shown(made)]}


def places(call, kind, mappings):
    """The zones of a load balancer: one subnet each."""
    if not mappings:
        raise invalid("At least one subnet must be specified")
    zones = []
    for mapping in mappings:
        subnet = lookups.subnet(call, mapping["SubnetId"])
        if subnet is None:
            raise AwsError("SubnetNotFound", f"The subnet ID '{mapping['SubnetId']}' is not valid")
        if subnet.availability_zone in [z["ZoneName"] for z in zones]:
            raise refused("A load balancer cannot be attached to multiple subnets in the same Availability Zone")
        address = {"AllocationId": mapping.get("AllocationId"), "PrivateIPv4Address": mapping.get("PrivateIPv4Address"),
                   "IPv6Address": mapping.get("IPv6Address")}
        address = {k: v for k, v in address.items() if v}
        zones.append({"ZoneName": subnet.availability_zone, "SubnetId": subnet.id,
                      "LoadBalancerAddresses": [address] if address else []})
    if kind == "application" and len(zones) < 2:
        raise invalid("At least two subnets in two different Availability Zones must be specified")
    return zones


def need_group(call, group):
    if lookups.security_group(call, group) is None:
        raise AwsError("InvalidSecurityGroup", f"Security group '{group}' does not exist")


@operation("elbv2.DescribeLoadBalancers")
def describe(call):
    p, all_of_them = call.params, table(call, "load_balancers")
    rows = list(all_of_them.values())
    if p.get("LoadBalancerArns"):
        if len(p["LoadBalancerArns"]) > 20:
            raise invalid("The maximum number of load balancers that can be specified in a describe call is 20")
        rows = [balancer(call, key) for key in p["LoadBalancerArns"]]
    elif p.get("Names"):
        by_name = {b["LoadBalancerName"]: b for b in rows}
        for name in p["Names"]:
            if name not in by_name:
                raise AwsError("LoadBalancerNotFound", f"Load balancers '[{name}]' not found")
        rows = [by_name[name] for name in p["Names"]]
    return paged(call, rows, "LoadBalancers")


@operation("elbv2.DeleteLoadBalancer")
def delete(call):
    # https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DeleteLoadBalancer.html: no error for one that
    # is gone; its listeners go with it.
    key = call.params["LoadBalancerArn"]
    there = table(call, "load_balancers").get(key)
    if there is None:
        return {}
    if there["_attributes"]["deletion_protection.enabled"] == "true":
        raise AwsError("OperationNotPermitted", f"Load balancer '{key}' cannot be deleted because deletion protection is enabled")
    state.drop_passages(there)
    del table(call, "load_balancers")[key]
    listeners = table(call, "listeners")
    for listener in [i for i, l in listeners.items() if l["LoadBalancerArn"] == key]:
        del listeners[listener]
    return {}


def pairs(attributes):
    return {"Attributes": [{"Key": k, "Value": v} for k, v in attributes.items()]}


def change(thing, asked, what):
    for attribute in asked:
        if attribute["Key"] not in thing["_attributes"]:
            raise invalid(f"{what} attribute key '{attribute['Key']}' is not recognized")
    thing["_attributes"].update({a["Key"]: a.get("Value") or "" for a in asked})
    return pairs(thing["_attributes"])


@operation("elbv2.DescribeLoadBalancerAttributes")
def describe_attributes(call):
    return pairs(balancer(call)["_attributes"])


@operation("elbv2.ModifyLoadBalancerAttributes")
def modify_attributes(call):
    there = balancer(call)
    asked = {a["Key"]: a.get("Value") for a in call.params["Attributes"]}
    for kind in ("access", "connection"):
        merged = {**there["_attributes"], **asked}
        if merged.get(f"{kind}_logs.s3.enabled") == "true" and not merged.get(f"{kind}_logs.s3.bucket"):
            raise refused(f"The {kind} logs need the name of a bucket")
    return change(there, call.params["Attributes"], "Load balancer")


@operation("elbv2.SetSecurityGroups")
def set_groups(call):
    p, there = call.params, balancer(call)
    if there["Type"] == "network" and not there["SecurityGroups"] and p["SecurityGroups"]:
        raise refused("You cannot add security groups to a load balancer that was made without")
    for group in p["SecurityGroups"]:
        need_group(call, group)
    there["SecurityGroups"] = list(p["SecurityGroups"])
    enforce = p.get("EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic")
    if enforce:
        there["EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic"] = enforce
    return {"SecurityGroupIds": there["SecurityGroups"]}


@operation("elbv2.SetSubnets")
def set_subnets(call):
    p, there = call.params, balancer(call)
    mappings = p.get("SubnetMappings") or [{"SubnetId": s} for s in p.get("Subnets") or []]
    zones = places(call, there["Type"], mappings)
    kept = {z["SubnetId"]: z for z in there["AvailabilityZones"]}
    if there["Type"] == "network" and not set(kept) <= {z["SubnetId"] for z in zones}:
        raise refused("Subnets cannot be removed from a network load balancer")
    there["AvailabilityZones"] = [kept.get(z["SubnetId"], z) for z in zones]
    return {"AvailabilityZones": there["AvailabilityZones"]}


@operation("elbv2.SetIpAddressType")
def set_address_type(call):
    balancer(call)["IpAddressType"] = call.params["IpAddressType"]
    return {"IpAddressType": call.params["IpAddressType"]}


@operation("elbv2.ModifyIpPools")
def modify_pools(call):
    there = balancer(call)
    there["IpamPools"] = call.params.get("IpamPools")
    return {"IpamPools": there["IpamPools"]}


@operation("elbv2.ModifyCapacityReservation")
def modify_capacity(call):
    p, there = call.params, balancer(call)
    there["_capacity"] = None if p.get("ResetCapacityReservation") else p.get("MinimumLoadBalancerCapacity")
    return capacity(there)


@operation("elbv2.DescribeCapacityReservation")
def describe_capacity(call):
    return capacity(balancer(call))


def capacity(there):
    states = [{"State": {"Code": "provisioned"}, "AvailabilityZone": z["ZoneName"]} for z in there["AvailabilityZones"]]
    return {"MinimumLoadBalancerCapacity": there["_capacity"], "CapacityReservationState": states if there["_capacity"] else []}


# ---------------------------------------------------------------- tags

def tagged(call, key):
    kinds = {"loadbalancer": ("load_balancers", "LoadBalancerNotFound"), "targetgroup": ("target_groups", "TargetGroupNotFound"),
             "listener": ("listeners", "ListenerNotFound")}
    name, code = kinds.get(key.split(":")[-1].split("/")[0], ("load_balancers", "LoadBalancerNotFound"))
    return found(call, name, key, code, f"'{key}' not found")


@operation("elbv2.DescribeTags")
def describe_tags(call):
    keys = call.params["ResourceArns"]
    if len(keys) > 20:
        raise invalid("The maximum number of resources that can be specified is 20")
    return {"TagDescriptions": [{"ResourceArn": key, "Tags": [{"Key": k, "Value": v} for k, v in tagged(call, key)["_tags"].items()]}
                                for key in keys]}


@operation("elbv2.AddTags")
def add_tags(call):
    for key in call.params["ResourceArns"]:
        tagged(call, key)["_tags"].update({t["Key"]: t.get("Value") or "" for t in call.params["Tags"]})
    return {}


@operation("elbv2.RemoveTags")
def remove_tags(call):
    for key in call.params["ResourceArns"]:
        tags = tagged(call, key)["_tags"]
        for name in call.params["TagKeys"]:
            tags.pop(name, None)
    return {}


# ---------------------------------------------------------------- what load balancers keep in use

@before("ec2.DeleteSubnet", "ec2.DeleteSecurityGroup")
def in_use(call):
    # Their network interfaces keep both: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
    thing = call.params.get("SubnetId") or call.params.get("GroupId")
    for there in table(call, "load_balancers").values():
        if thing in [z["SubnetId"] for z in there["AvailabilityZones"]] + list(there["SecurityGroups"] or []):
            raise AwsError("DependencyViolation", f"'{thing}' has dependencies and cannot be deleted.")
