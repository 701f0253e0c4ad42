"""Elastic Load Balancing v2: listeners. Rules are not emulated.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateListener.html
https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ListenerAttribute.html
"""
import uuid

from moto.acm.models import acm_backends

from .core import AwsError, operation
from .elbv2 import balancer, change, found, invalid, paged, pairs, table

REQUEST = ["x_amzn_tls_version", "x_amzn_tls_cipher_suite", "x_amzn_mtls_clientcert", "x_amzn_mtls_clientcert_serial_number",
           "x_amzn_mtls_clientcert_issuer", "x_amzn_mtls_clientcert_subject", "x_amzn_mtls_clientcert_validity",
           "x_amzn_mtls_clientcert_leaf"]
RESPONSE = ["strict_transport_security", "access_control_allow_origin", "access_control_allow_methods",
            "access_control_allow_headers", "access_control_allow_credentials", "access_control_expose_headers",
            "access_control_max_age", "content_security_policy", "x_content_type_options", "x_frame_options"]
ANSWERS = {"routing.http.response.server.enabled": "true", **{f"routing.http.response.{n}.header_value": "" for n in RESPONSE}}


def header(name):
    return "-".join(p.capitalize() if p not in ("tls", "mtls") else p for p in name.split("_"))


HEADERS = {f"routing.http.request.{n}.header_name": header(n) for n in REQUEST}
POLICY = "ELBSecurityPolicy-2016-08"


def attributes(kind, protocol):
    if kind == "application":
        return {**ANSWERS, **(HEADERS if protocol == "HTTPS" else {})}
    return {"tcp.idle_timeout.seconds": "350"} if protocol in ("TCP", None) else {}


def listener(call, key=None):
    key = key or call.params["ListenerArn"]
    return found(call, "listeners", key, "ListenerNotFound", f"One or more listeners not found: '{key}'")


def targets(actions):
    """ARNs of the target groups that actions send to."""
    return {t["TargetGroupArn"] for a in actions for t in (a.get("ForwardConfig") or {}).get("TargetGroups") or []}


def checked(call, actions):
    """Actions as AWS shows them: one target group stands in both forms."""
    known, told = table(call, "target_groups"), []
    if len(actions) > 1 and any(a.get("Order") is None for a in actions):
        raise invalid("An order must be specified for each of several actions")
    for action in sorted(actions, key=lambda a: a.get("Order") or 0):
        action = {k: dict(v) if isinstance(v, dict) else v for k, v in action.items()}
        if action["Type"] == "forward":
            given = action.get("ForwardConfig") or {"TargetGroups": [{"TargetGroupArn": action.get("TargetGroupArn")}]}
            groups = [{"Weight": 1, **t} for t in given.get("TargetGroups") or []]
            for target in groups:
                if target.get("TargetGroupArn") not in known:
                    raise AwsError("TargetGroupNotFound", f"Target groups '{target.get('TargetGroupArn')}' not found")
            sticky = given.get("TargetGroupStickinessConfig") or {"Enabled": False}
            action["ForwardConfig"] = {"TargetGroups": groups, "TargetGroupStickinessConfig": sticky}
            action.pop("TargetGroupArn", None)
            if len(groups) == 1:
                action["TargetGroupArn"] = groups[0]["TargetGroupArn"]
        for name in ("AuthenticateCognitoConfig", "AuthenticateOidcConfig"):
            if action.get(name):
                # https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_AuthenticateOidcActionConfig.html
                action[name] = {"SessionCookieName": "AWSELBAuthSessionCookie", "Scope": "openid", "SessionTimeout": 604800,
                                "OnUnauthenticatedRequest": "authenticate", **action[name]}
                action[name].pop("ClientSecret", None)
        told.append(action)
    return told


def certificates(call, given):
    for certificate in given or []:
        key = certificate["CertificateArn"]
        if ":acm:" in key and key not in acm_backends[call.account][call.region]._certificates:
            raise AwsError("CertificateNotFound", f"Certificate '{key}' not found")
    return [{"CertificateArn": c["CertificateArn"]} for c in given or []]


def mutual(given):
    if given and given["Mode"] == "verify":
        return {"AdvertiseTrustStoreCaNames": "off", "IgnoreClientCertificateExpiry": False, **given}
    return given


@operation("elbv2.CreateListener")
def create(call):
    p, there = call.params, balancer(call)
    gateway, protocol, port = there["Type"] == "gateway", p.get("Protocol"), p.get("Port")
    if not gateway and (not protocol or not port):
        raise invalid("A listener needs a protocol and a port")
    secure = protocol in ("HTTPS", "TLS")
    if secure and not p.get("Certificates"):
        raise AwsError("CertificateNotFound", "A certificate must be specified for secure listeners")
    if any(l["LoadBalancerArn"] == there["LoadBalancerArn"] and l["Port"] == port for l in table(call, "listeners").values()):
        raise AwsError("DuplicateListener", "A listener already exists on this port for this load balancer")
    key = there["LoadBalancerArn"].replace(":loadbalancer/", ":listener/") + "/" + uuid.uuid4().hex[:16]
    made = {"ListenerArn": key, "LoadBalancerArn": there["LoadBalancerArn"], "Port": port, "Protocol": protocol,
            "Certificates": certificates(call, p.get("Certificates")), "DefaultActions": checked(call, p["DefaultActions"]),
            "SslPolicy": (p.get("SslPolicy") or POLICY) if secure else None, "AlpnPolicy": p.get("AlpnPolicy"),
            "MutualAuthentication": mutual(p.get("MutualAuthentication") or ({"Mode": "off"} if protocol == "HTTPS" else None)),
            "_kind": there["Type"], "_attributes": attributes(there["Type"], protocol),
            "_tags": {t["Key"]: t.get("Value") or "" for t in p.get("Tags") or []}}
    table(call, "listeners")[key] = made
    return {"Listeners": [{k: v for k, v in made.items() if not k.startswith("_") and v is not None}]}


@operation("elbv2.DescribeListeners")
def describe(call):
    p = call.params
    if p.get("LoadBalancerArn"):
        balancer(call)
        rows = [l for l in table(call, "listeners").values() if l["LoadBalancerArn"] == p["LoadBalancerArn"]]
    elif p.get("ListenerArns"):
        rows = [listener(call, key) for key in p["ListenerArns"]]
    else:
        raise invalid("You must specify either listener ARNs or a load balancer ARN")
    return paged(call, rows, "Listeners")


@operation("elbv2.ModifyListener")
def modify(call):
    p, there = call.params, listener(call)
    protocol = p.get("Protocol") or there["Protocol"]
    secure = protocol in ("HTTPS", "TLS")
    certified = certificates(call, p["Certificates"]) if p.get("Certificates") else there["Certificates"]
    if secure and not certified:
        raise AwsError("CertificateNotFound", "A certificate must be specified for secure listeners")
    others = [l for l in table(call, "listeners").values() if l is not there and l["LoadBalancerArn"] == there["LoadBalancerArn"]]
    if p.get("Port") and any(l["Port"] == p["Port"] for l in others):
        raise AwsError("DuplicateListener", "A listener already exists on this port for this load balancer")
    actions = checked(call, p["DefaultActions"]) if p.get("DefaultActions") else there["DefaultActions"]
    kept = there["_attributes"]
    there.update({"Protocol": protocol, "Port": p.get("Port") or there["Port"], "Certificates": certified if secure else [],
                  "DefaultActions": actions, "SslPolicy": (p.get("SslPolicy") or there["SslPolicy"] or POLICY) if secure else None})
    there["_attributes"] = {k: kept.get(k, v) for k, v in attributes(there["_kind"], protocol).items()}
    if p.get("AlpnPolicy") is not None:
        there["AlpnPolicy"] = [a for a in p["AlpnPolicy"] if a != "None"] or None
    if p.get("MutualAuthentication"):
        there["MutualAuthentication"] = mutual(p["MutualAuthentication"])
    elif protocol != "HTTPS":
        there["MutualAuthentication"] = None
    elif there["MutualAuthentication"] is None:
        there["MutualAuthentication"] = {"Mode": "off"}
    return {"Listeners": [{k: v for k, v in there.items() if not k.startswith("_") and v is not None}]}


@operation("elbv2.DeleteListener")
def delete(call):
    listener(call)
    del table(call, "listeners")[call.params["ListenerArn"]]
    return {}


@operation("elbv2.DescribeListenerAttributes")
def describe_attributes(call):
    return pairs(listener(call)["_attributes"])


@operation("elbv2.ModifyListenerAttributes")
def modify_attributes(call):
    return change(listener(call), call.params["Attributes"], "Listener")
