"""Route 53: health checks with all that they are configured with, and their versions.

https://docs.aws.amazon.com/Route53/latest/APIReference/API_HealthCheckConfig.html
"""
import uuid

from . import state
from .core import AwsError, operation

ENDPOINTS = ("HTTP", "HTTPS", "HTTP_STR_MATCH", "HTTPS_STR_MATCH", "TCP")
CHANGED = ("IPAddress", "Port", "ResourcePath", "FullyQualifiedDomainName", "SearchString", "FailureThreshold", "Inverted", "Disabled",
           "HealthThreshold", "ChildHealthChecks", "EnableSNI", "Regions", "AlarmIdentifier", "InsufficientDataHealthStatus")


def checks(account):
    return state.table(account, "aws", "route53", "health_checks")


def _check(call):
    found = checks(call.account).get(call.params["HealthCheckId"])
    if found is None:
        raise AwsError("NoSuchHealthCheck", f"A health check with id {call.params['HealthCheckId']} does not exist.", status=404)
    return found


def _bad(message):
    return AwsError("InvalidInput", message)


def _validate(config):
    kind, children = config["Type"], config.get("ChildHealthChecks") or []
    if kind in ENDPOINTS and not (config.get("IPAddress") or config.get("FullyQualifiedDomainName")):
        raise _bad("Basic health checks must specify an IP address or a fully qualified domain name.")
    if kind.endswith("STR_MATCH") != bool(config.get("SearchString")):
        raise _bad("SearchString is required for health checks of type *_STR_MATCH and not allowed for others.")
    if kind == "TCP" and config.get("ResourcePath"):
        raise _bad("ResourcePath is not allowed for health checks of type TCP.")
    if kind != "CALCULATED" and (children or config.get("HealthThreshold") is not None):
        raise _bad("HealthThreshold and ChildHealthChecks are for calculated health checks.")
    if kind == "CLOUDWATCH_METRIC" and not config.get("AlarmIdentifier"):
        raise _bad("A CLOUDWATCH_METRIC health check needs an AlarmIdentifier.")
    if config.get("Regions") and len(config["Regions"]) < 3:
        raise _bad("At least 3 regions must be specified.")


def _complete(config):
    """What AWS fills in ("HealthCheckConfig": defaults of each element)."""
    kind = config["Type"]
    config.setdefault("Inverted", False)
    config.setdefault("Disabled", False)
    if kind in ENDPOINTS:
        config.setdefault("Port", 443 if kind.startswith("HTTPS") else 80)
        config.setdefault("RequestInterval", 30)
        config.setdefault("FailureThreshold", 3)
        config.setdefault("MeasureLatency", False)
        config.setdefault("EnableSNI", kind.startswith("HTTPS"))
    if kind == "CALCULATED":
        config.setdefault("HealthThreshold", 0)
        config.setdefault("ChildHealthChecks", [])
    if kind == "CLOUDWATCH_METRIC":
        config.setdefault("InsufficientDataHealthStatus", "LastKnownStatus")
    return config


def _plain(config):
    return {key: value for key, value in config.items() if value is not None}


@operation("route53.CreateHealthCheck")
def create(call):
    # https://docs.aws.amazon.com/Route53/latest/APIReference/API_CreateHealthCheck.html
    reference, config = call.params["CallerReference"], _plain(call.params["HealthCheckConfig"])
    for other in checks(call.account).values():
        if other["CallerReference"] == reference:
            raise AwsError("HealthCheckAlreadyExists", "A health check with the same caller reference already exists.", status=409)
    _validate(config)
    made = {"Id": str(uuid.uuid4()), "CallerReference": reference, "HealthCheckConfig": _complete(config), "HealthCheckVersion": 1}
    checks(call.account)[made["Id"]] = made
    return {"HealthCheck": made, "Location": f"https://route53.amazonaws.com/2013-04-01/healthcheck/{made['Id']}"}


@operation("route53.GetHealthCheck")
def get(call):
    return {"HealthCheck": _check(call)}


@operation("route53.ListHealthChecks")
def list_all(call):
    rows, size = sorted(checks(call.account).values(), key=lambda c: c["Id"]), int(call.params.get("MaxItems") or 100)
    rows = [c for c in rows if c["Id"] >= (call.params.get("Marker") or "")]
    more = {"NextMarker": rows[size]["Id"]} if len(rows) > size else {}
    return {"HealthChecks": rows[:size], "Marker": call.params.get("Marker") or "", "IsTruncated": bool(more), "MaxItems": str(size), **more}


@operation("route53.UpdateHealthCheck")
def update(call):
    # https://docs.aws.amazon.com/Route53/latest/APIReference/API_UpdateHealthCheck.html: what is left out stays.
    found, p = _check(call), call.params
    if p.get("HealthCheckVersion") not in (None, found["HealthCheckVersion"]):
        raise AwsError("HealthCheckVersionMismatch", "The version of the health check does not match.", status=409)
    config = dict(found["HealthCheckConfig"])
    for name in p.get("ResetElements") or []:
        config.pop(name, None)
    config.update({name: p[name] for name in CHANGED if p.get(name) is not None})
    _validate(config)
    found["HealthCheckConfig"] = _complete(config)
    found["HealthCheckVersion"] += 1
    return {"HealthCheck": found}


@operation("route53.DeleteHealthCheck")
def delete(call):
    _check(call)
    del checks(call.account)[call.params["HealthCheckId"]]
    return {}
