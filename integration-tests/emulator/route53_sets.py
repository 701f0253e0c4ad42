"""Route 53: reusable delegation sets and the configurations of query logging.

https://docs.aws.amazon.com/Route53/latest/APIReference/API_Operations_Amazon_Route_53.html
"""
import hashlib
import uuid

from moto.logs.models import logs_backends
from moto.route53.models import route53_backends

from . import route53, state
from .core import AwsError, after, before, operation


def sets(account):
    return state.table(account, "aws", "route53", "delegation_sets")


def query_logs(account):
    return state.table(account, "aws", "route53", "query_logs")


# ---------------------------------------------------------------- delegation sets

@operation("route53.CreateReusableDelegationSet")
def create_set(call):
    # https://docs.aws.amazon.com/Route53/latest/APIReference/API_CreateReusableDelegationSet.html
    reference = call.params["CallerReference"]
    if any(s["CallerReference"] == reference for s in sets(call.account).values()):
        raise AwsError("DelegationSetAlreadyCreated", "A delegation set with the same owner and caller reference combination has already been created.")
    set_id = "N" + uuid.uuid4().hex[:20].upper()
    numbers = hashlib.sha256(set_id.encode()).digest()
    domains = ("org", "com", "co.uk", "net")
    made = {"Id": f"/delegationset/{set_id}", "CallerReference": reference,
            "NameServers": [f"ns-{256 * n + numbers[n]}.awsdns-{numbers[n + 4] % 64:02}.{d}" for n, d in enumerate(domains)]}
    sets(call.account)[set_id] = made
    return {"DelegationSet": made, "Location": f"https://route53.amazonaws.com/2013-04-01/delegationset/{set_id}"}


def _set(call):
    wanted = call.params["Id"].replace("/delegationset/", "")
    if wanted not in sets(call.account):
        raise AwsError("NoSuchDelegationSet", f"A reusable delegation set with the specified ID {wanted} does not exist.", status=404)
    return wanted, sets(call.account)[wanted]


@operation("route53.GetReusableDelegationSet")
def get_set(call):
    return {"DelegationSet": _set(call)[1]}


@operation("route53.ListReusableDelegationSets")
def list_sets(call):
    rows = sorted(sets(call.account).items())
    rows, size = [s for i, s in rows if i >= (call.params.get("Marker") or "")], int(call.params.get("MaxItems") or 100)
    more = {"NextMarker": rows[size]["Id"].replace("/delegationset/", "")} if len(rows) > size else {}
    return {"DelegationSets": rows[:size], "Marker": call.params.get("Marker") or "", "IsTruncated": bool(more), "MaxItems": str(size), **more}


@operation("route53.DeleteReusableDelegationSet")
def delete_set(call):
    # https://docs.aws.amazon.com/Route53/latest/APIReference/API_DeleteReusableDelegationSet.html
    wanted, _ = _set(call)
    if any(getattr(z, "set_id", None) == wanted for z in route53_backends[call.account]["aws"].zones.values()):
        raise AwsError("DelegationSetInUse", "The specified delegation contains associated hosted zones which must be deleted before the reusable delegation set can be deleted.")
    del sets(call.account)[wanted]
    return {}


@before("route53.CreateHostedZone")
def set_exists(call):
    wanted = (call.params.get("DelegationSetId") or "").replace("/delegationset/", "")
    if wanted and wanted not in sets(call.account):
        raise AwsError("NoSuchDelegationSet", f"A reusable delegation set with the specified ID {wanted} does not exist.", status=404)


@after("route53.CreateHostedZone")
def zone_of_set(call, result):
    """The zone has the servers of its set ("CreateHostedZone", parameter DelegationSetId)."""
    wanted = (call.params.get("DelegationSetId") or "").replace("/delegationset/", "")
    if not wanted:
        return
    zones, shared = route53_backends[call.account]["aws"].zones.values(), sets(call.account)[wanted]
    zone = next(z for z in zones if z.caller_reference == call.params["CallerReference"])
    zone.set_id = wanted
    zone.delegation_set.id, zone.delegation_set.name_servers = f"/delegationset/{wanted}", list(shared["NameServers"])
    for record in zone.rrsets:
        if record.type == "NS":
            record.records = [server + "." for server in shared["NameServers"]]
    result["DelegationSet"] = shared


# ---------------------------------------------------------------- query logging

@operation("route53.CreateQueryLoggingConfig")
def create_log(call):
    # https://docs.aws.amazon.com/Route53/latest/APIReference/API_CreateQueryLoggingConfig.html
    zone, arn = route53._zone(call, call.params["HostedZoneId"]), call.params["CloudWatchLogsLogGroupArn"]
    parts = arn.split(":")
    if len(parts) < 7 or parts[2] != "logs" or parts[3] != "us-east-1" or parts[5] != "log-group":
        raise AwsError("InvalidInput", "The ARN for the CloudWatch Logs log group is invalid.")
    if zone.private_zone:
        raise AwsError("InvalidInput", "Query logging is for public hosted zones only.")
    if parts[6] not in logs_backends[call.account]["us-east-1"].groups:
        raise AwsError("NoSuchCloudWatchLogsLogGroup", "There is no CloudWatch Logs log group with the specified ARN.", status=404)
    if any(log["HostedZoneId"] == zone.resource_id for log in query_logs(call.account).values()):
        raise AwsError("QueryLoggingConfigAlreadyExists", "You can create only one query logging configuration for a hosted zone.", status=409)
    made = {"Id": str(uuid.uuid4()), "HostedZoneId": zone.resource_id, "CloudWatchLogsLogGroupArn": arn}
    query_logs(call.account)[made["Id"]] = made
    return {"QueryLoggingConfig": made, "Location": f"https://route53.amazonaws.com/2013-04-01/queryloggingconfig/{made['Id']}"}


def _log(call):
    found = query_logs(call.account).get(call.params["Id"])
    if found is None:
        raise AwsError("NoSuchQueryLoggingConfig", "There is no DNS query logging configuration with the specified ID.", status=404)
    return found


@operation("route53.GetQueryLoggingConfig")
def get_log(call):
    return {"QueryLoggingConfig": _log(call)}


@operation("route53.ListQueryLoggingConfigs")
def list_logs(call):
    # https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListQueryLoggingConfigs.html
    zone_id, size = call.params.get("HostedZoneId"), int(call.params.get("MaxResults") or 100)
    if zone_id:
        zone_id = route53._zone(call, zone_id).resource_id
    rows = [log for log in sorted(query_logs(call.account).values(), key=lambda log: log["Id"]) if zone_id in (None, log["HostedZoneId"])]
    rows = [log for log in rows if log["Id"] >= (call.params.get("NextToken") or "")]
    return {"QueryLoggingConfigs": rows[:size], **({"NextToken": rows[size]["Id"]} if len(rows) > size else {})}


@operation("route53.DeleteQueryLoggingConfig")
def delete_log(call):
    del query_logs(call.account)[_log(call)["Id"]]
    return {}


@after("route53.DeleteHostedZone")
def logs_of_zone(call, result):
    """A configuration ends with its zone."""
    zone_id = call.params["Id"].replace("/hostedzone/", "")
    for log in [log for log in query_logs(call.account).values() if log["HostedZoneId"] == zone_id]:
        del query_logs(call.account)[log["Id"]]
