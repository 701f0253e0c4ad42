"""Elastic Load Balancing v2: target groups and their targets.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html
https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetGroupAttribute.html
"""
import uuid

from moto.elbv2.models import ELBv2Backend

from . import lookups, state
from .core import AwsError, operation
from .elbv2 import arn, change, check_name, found, invalid, paged, pairs, refused, shown, table

HEALTH = {"target_group_health.dns_failover.minimum_healthy_targets.count": "1",
          "target_group_health.dns_failover.minimum_healthy_targets.percentage": "off",
          "target_group_health.unhealthy_state_routing.minimum_healthy_targets.count": "1",
          "target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage": "off",
          "load_balancing.cross_zone.enabled": "use_load_balancer_configuration"}
COOKIES = {"stickiness.enabled": "false", "stickiness.type": "lb_cookie", "stickiness.lb_cookie.duration_seconds": "86400",
           "stickiness.app_cookie.cookie_name": "", "stickiness.app_cookie.duration_seconds": "86400"}
DELAY = {"deregistration_delay.timeout_seconds": "300"}
HTTP = {**HEALTH, **COOKIES, **DELAY, "slow_start.duration_seconds": "0", "load_balancing.algorithm.type": "round_robin",
        "load_balancing.algorithm.anomaly_mitigation": "off"}
TCP = {**HEALTH, **DELAY, "stickiness.enabled": "false", "stickiness.type": "source_ip", "proxy_protocol_v2.enabled": "false",
       "deregistration_delay.connection_termination.enabled": "false",
       "target_health_state.unhealthy.connection_termination.enabled": "true",
       "target_health_state.unhealthy.draining_interval_seconds": "0"}
GENEVE = {**DELAY, "stickiness.enabled": "false", "stickiness.type": "source_ip_dest_ip_proto",
          "target_failover.on_deregistration": "no_rebalance", "target_failover.on_unhealthy": "no_rebalance"}
LAMBDA = {**HEALTH, **COOKIES, "lambda.multi_value_headers.enabled": "false"}
STICKY = {"HTTP": ["lb_cookie", "app_cookie"], "HTTPS": ["lb_cookie", "app_cookie"],
          "GENEVE": ["source_ip_dest_ip", "source_ip_dest_ip_proto"]}


def group(call, key=None):
    key = key or call.params["TargetGroupArn"]
    return found(call, "target_groups", key, "TargetGroupNotFound", f"One or more target groups not found: '{key}'")


def attributes(kind, protocol):
    if kind == "lambda":
        return dict(LAMBDA)
    if protocol in ("HTTP", "HTTPS"):
        return dict(HTTP)
    if protocol == "GENEVE":
        return dict(GENEVE)
    kept = "false" if kind == "ip" and protocol in ("TCP", "TLS") else "true"
    return {**TCP, "preserve_client_ip.enabled": kept}


def defaults(kind, protocol, check):
    """What a health check is where nobody says otherwise."""
    checked = {"HealthCheckEnabled": True, "HealthyThresholdCount": 5, "UnhealthyThresholdCount": 2, "HealthCheckIntervalSeconds": 30}
    if kind == "lambda":
        return {**checked, "HealthCheckEnabled": False, "HealthCheckIntervalSeconds": 35, "HealthCheckTimeoutSeconds": 30,
                "HealthCheckPath": "/", "Matcher": {"HttpCode": "200"}}
    routed = protocol in ("HTTP", "HTTPS")
    check = check or ("HTTP" if routed or kind == "alb" else "TCP")
    checked.update({"HealthCheckProtocol": check, "HealthCheckPort": "80" if protocol == "GENEVE" else "traffic-port",
                    "HealthCheckTimeoutSeconds": 5 if routed or protocol == "GENEVE" else 10 if check == "TCP" else 6})
    if protocol == "GENEVE":
        checked["HealthCheckIntervalSeconds"] = 10
    if check != "TCP":
        checked.update({"HealthCheckPath": "/", "Matcher": {"HttpCode": "200" if routed else "200-399"}})
    return checked


ASKED = ["HealthCheckProtocol", "HealthCheckPort", "HealthCheckEnabled", "HealthCheckPath", "HealthCheckIntervalSeconds",
         "HealthCheckTimeoutSeconds", "HealthyThresholdCount", "UnhealthyThresholdCount", "Matcher"]


@operation("elbv2.CreateTargetGroup")
def create(call):
    p = call.params
    name, kind, protocol = p["Name"], p.get("TargetType") or "instance", p.get("Protocol")
    check_name(name)
    if kind == "lambda" and (protocol or p.get("Port") or p.get("VpcId")):
        raise invalid("A target group with target type 'lambda' has no protocol, port or VPC")
    if kind != "lambda":
        for field in ("Protocol", "Port", "VpcId"):
            if not p.get(field):
                raise invalid(f"A {field} must be specified")
        if p["VpcId"] not in lookups.ec2(call).vpcs:
            raise invalid(f"The VPC ID '{p['VpcId']}' is not found")
    version = p.get("ProtocolVersion") or ("HTTP1" if protocol in ("HTTP", "HTTPS") else None)
    checked = defaults(kind, protocol, p.get("HealthCheckProtocol"))
    if version == "GRPC":
        checked.update({"HealthCheckPath": "/AWS.ALB/healthcheck", "Matcher": {"GrpcCode": "12"}})
    settings = {"TargetType": kind, "Protocol": protocol, "Port": p.get("Port"), "VpcId": p.get("VpcId"), "ProtocolVersion": version,
                "IpAddressType": p.get("IpAddressType") or (None if protocol == "GENEVE" else "ipv4"),
                **checked, **{k: p[k] for k in ASKED if p.get(k) not in (None, "")}}
    if kind != "lambda" and settings["HealthCheckTimeoutSeconds"] >= settings["HealthCheckIntervalSeconds"]:
        raise invalid("Health check timeout must be smaller than the interval")
    for other in table(call, "target_groups").values():
        if other["TargetGroupName"] == name:
            # https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html: idempotent
            if other["_asked"] == settings:
                return {"TargetGroups": [with_balancers(call, other)]}
            raise AwsError("DuplicateTargetGroupName", f"A target group with the same name '{name}' exists, but with different settings")
    key = arn(call, f"targetgroup/{name}/{uuid.uuid4().hex[:16]}")
    made = {"TargetGroupArn": key, "TargetGroupName": name, **settings, "_asked": dict(settings), "_targets": {},
            "_attributes": attributes(kind, protocol), "_tags": {t["Key"]: t.get("Value") or "" for t in p.get("Tags") or []}}
    table(call, "target_groups")[key] = made
    return {"TargetGroups": [with_balancers(call, made)]}


def users(call, key):
    """ARNs of the load balancers that send to a target group."""
    from .elbv2_listeners import targets
    listeners = table(call, "listeners").values()
    return sorted({l["LoadBalancerArn"] for l in listeners if key in targets(l["DefaultActions"])})


def with_balancers(call, there):
    return {**shown(there), "LoadBalancerArns": users(call, there["TargetGroupArn"])}


@operation("elbv2.DescribeTargetGroups")
def describe(call):
    p = call.params
    rows = list(table(call, "target_groups").values())
    if p.get("TargetGroupArns"):
        rows = [group(call, key) for key in p["TargetGroupArns"]]
    elif p.get("Names"):
        by_name = {g["TargetGroupName"]: g for g in rows}
        for name in p["Names"]:
            if name not in by_name:
                raise AwsError("TargetGroupNotFound", "One or more target groups not found")
        rows = [by_name[name] for name in p["Names"]]
    elif p.get("LoadBalancerArn"):
        rows = [g for g in rows if p["LoadBalancerArn"] in users(call, g["TargetGroupArn"])]
    answer = paged(call, rows, "TargetGroups")
    for shown_group in answer["TargetGroups"]:
        shown_group["LoadBalancerArns"] = users(call, shown_group["TargetGroupArn"])
    return answer


@operation("elbv2.ModifyTargetGroup")
def modify(call):
    there = group(call)
    for name in ASKED:
        if call.params.get(name) not in (None, ""):
            there[name] = call.params[name]
    if there.get("HealthCheckProtocol") == "TCP":
        there["HealthCheckPath"] = there["Matcher"] = None
    return {"TargetGroups": [with_balancers(call, there)]}


@operation("elbv2.DeleteTargetGroup")
def delete(call):
    key = call.params["TargetGroupArn"]
    if key in table(call, "target_groups") and users(call, key):
        raise AwsError("ResourceInUse", f"Target group '{key}' is currently in use by a listener or a rule")
    table(call, "target_groups").pop(key, None)
    return {}


@operation("elbv2.DescribeTargetGroupAttributes")
def describe_attributes(call):
    return pairs(group(call)["_attributes"])


@operation("elbv2.ModifyTargetGroupAttributes")
def modify_attributes(call):
    there = group(call)
    asked = {a["Key"]: a.get("Value") for a in call.params["Attributes"]}
    kinds = STICKY.get(there.get("Protocol"), ["source_ip"])
    if there["TargetType"] != "lambda" and asked.get("stickiness.type") not in (None, *kinds):
        raise refused(f"Stickiness type '{asked['stickiness.type']}' is not supported for target groups with the "
                      f"{there['Protocol']} protocol")
    return change(there, call.params["Attributes"], "Target group")


# ---------------------------------------------------------------- targets

def identity(there, target):
    return target["Id"], target.get("Port") or there.get("Port")


@operation("elbv2.RegisterTargets")
def register(call):
    there = group(call)
    for target in call.params["Targets"]:
        kept = {"Id": target["Id"], "Port": identity(there, target)[1], "AvailabilityZone": target.get("AvailabilityZone")}
        there["_targets"][identity(there, target)] = {k: v for k, v in kept.items() if v is not None}
    return {}


@operation("elbv2.DeregisterTargets")
def deregister(call):
    there = group(call)
    for target in call.params["Targets"]:
        there["_targets"].pop(identity(there, target), None)
    return {}


@operation("elbv2.DescribeTargetHealth")
def health(call):
    # https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetHealth.html
    there = group(call)
    used = bool(users(call, there["TargetGroupArn"]))
    told = []
    for target in call.params.get("Targets") or list(there["_targets"].values()):
        known = there["_targets"].get(identity(there, target))
        if known is None:
            state_of = {"State": "unused", "Reason": "Target.NotRegistered", "Description": "Target is not registered to the target group"}
        elif used:
            state_of = {"State": "healthy"}
        else:
            state_of = {"State": "unused", "Reason": "Target.NotInUse",
                        "Description": "Target group is not configured to receive traffic from the load balancer"}
        told.append({"Target": known or target, "TargetHealth": state_of, "HealthCheckPort": str(identity(there, target)[1] or "")})
    return {"TargetHealthDescriptions": told}


# ---------------------------------------------------------------- what Auto Scaling asks

def _groups(backend, arns):
    groups = state.table(backend.account_id, backend.region_name, "elbv2", "target_groups")
    return [groups[a] for a in arns if a in groups]


class _Group:
    def __init__(self, there):
        self.arn, self.port = there["TargetGroupArn"], there.get("Port")


def _describe(backend, load_balancer_arn=None, target_group_arns=(), names=None):
    return [_Group(g) for g in _groups(backend, target_group_arns)]


def _register(backend, target_group_arn, instances):
    for there in _groups(backend, [target_group_arn]):
        for target in instances:
            key = target.get("Id") or target.get("id"), target.get("Port") or there.get("Port")
            there["_targets"][key] = {"Id": key[0], "Port": key[1]}


def _deregister(backend, target_group_arn, instances):
    for there in _groups(backend, [target_group_arn]):
        gone = {t.get("Id") or t.get("id") for t in instances}
        there["_targets"] = {k: v for k, v in there["_targets"].items() if k[0] not in gone}


ELBv2Backend.describe_target_groups = _describe
ELBv2Backend.register_targets = _register
ELBv2Backend.deregister_targets = _deregister
