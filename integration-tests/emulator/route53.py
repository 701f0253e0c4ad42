"""Route 53: changes that are PENDING for a while, record sets checked and listed as AWS does.

https://docs.aws.amazon.com/Route53/latest/APIReference/API_Operations_Amazon_Route_53.html
"""
import uuid

from moto.route53.models import RecordSet, route53_backends

from . import state
from .core import AwsError, after, before, now, operation

FIELDS = {"Name": "name", "Type": "type", "TTL": "ttl", "SetIdentifier": "set_identifier", "Weight": "weight",
          "Region": "region", "HealthCheckId": "health_check_id", "AliasTarget": "alias_target", "Failover": "failover",
          "GeoLocation": "geo_location", "MultiValueAnswer": "multi_value_answer", "CidrRoutingConfig": "cidr_routing_config",
          "GeoProximityLocation": "geo_proximity_location"}


# What a deletion has to repeat exactly.
EXACT = ("weight", "region", "failover", "health_check_id", "geo_location", "cidr_routing_config", "geo_proximity_location")


def _zone(call, zone_id):
    zone = route53_backends[call.account]["aws"].zones.get(zone_id.replace("/hostedzone/", ""))
    if zone is None:
        raise AwsError("NoSuchHostedZone", f"No hosted zone found with ID: {zone_id}", status=404)
    return zone


# ---------------------------------------------------------------- changes

def start_change(call, comment=None):
    """https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetChange.html: PENDING, later INSYNC"""
    change = {"Id": "/change/C" + uuid.uuid4().hex[:20].upper(), "SubmittedAt": now(), "Comment": comment}
    state.table(call.account, "aws", "route53", "changes")[change["Id"]] = change
    state.start(call, change, "Status", "PENDING", "INSYNC")
    return dict(change)


@operation("route53.GetChange")
def get_change(call):
    change_id = "/change/" + call.params["Id"].replace("/change/", "")
    change = state.table(call.account, "aws", "route53", "changes").get(change_id)
    if change is None:
        raise AwsError("NoSuchChange", f"A change with the specified change ID {change_id} does not exist.", status=404)
    state.seen([change])
    return {"ChangeInfo": change}


@after("route53.CreateHostedZone", "route53.DeleteHostedZone", "route53.AssociateVPCWithHostedZone",
       "route53.DisassociateVPCFromHostedZone")
def zone_changed(call, result):
    result["ChangeInfo"] = start_change(call, result["ChangeInfo"].get("Comment"))


# ---------------------------------------------------------------- zones

@before("route53.CreateHostedZone")
def create_hosted_zone(call):
    # https://docs.aws.amazon.com/Route53/latest/APIReference/API_CreateHostedZone.html
    reference = call.params["CallerReference"]
    for zone in route53_backends[call.account]["aws"].zones.values():
        if zone.caller_reference == reference:
            raise AwsError("HostedZoneAlreadyExists", f"A hosted zone has already been created with the specified caller reference: {reference}", status=409)


@after("route53.CreateHostedZone")
def private_with_vpc(call, result):
    """A zone that is made with a VPC is private, whether the call says so or not ("CreateHostedZone", parameter VPC)."""
    vpc, zones = call.params.get("VPC"), route53_backends[call.account]["aws"].zones.values()
    zone = next(z for z in zones if z.caller_reference == call.params["CallerReference"])
    if vpc and not zone.private_zone:
        zone.private_zone = True
        zone.add_vpc(vpc["VPCId"], vpc["VPCRegion"])
        result.update({"HostedZone": zone, "VPC": vpc, "DelegationSet": None})


# ---------------------------------------------------------------- record sets

def stored_name(name):
    """Lower case, with the final dot, and `*` (any other odd character too) as an octal escape.

    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html
    """
    name = name.lower()
    name = name if name.endswith(".") else name + "."
    return "".join(c if c.isalnum() or c in "-_.\\" else f"\\{ord(c):03o}" for c in name)


def _key(name):
    """Record sets stand in the order of their labels, read from the right."""
    return [label for label in reversed(name.rstrip(".").split("."))]


def _values(rrset):
    return sorted(r["Value"] if isinstance(r, dict) else r for r in rrset.records or [])


def shown(rrset):
    view = {aws: getattr(rrset, ours, None) for aws, ours in FIELDS.items() if getattr(rrset, ours, None) not in (None, "")}
    view["Name"] = stored_name(rrset.name)
    if rrset.records:
        view["ResourceRecords"] = [r if isinstance(r, dict) else {"Value": r} for r in rrset.records]
    if rrset.ttl not in (None, ""):
        view["TTL"] = int(rrset.ttl)
    return view


def _invalid(messages):
    return AwsError("InvalidChangeBatch", "[" + ", ".join(messages) + "]", messages=messages)


@operation("route53.ChangeResourceRecordSets")
def change_record_sets(call):
    """All the changes of a batch or none.

    https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html
    """
    zone, batch = _zone(call, call.params["HostedZoneId"]), call.params["ChangeBatch"]
    sets = {_identity(stored_name(r.name), r.type, r.set_identifier): r for r in zone.rrsets}
    wrong = []
    for change in batch["Changes"]:
        action, given = change["Action"], change["ResourceRecordSet"]
        name, kind, identifier = stored_name(given["Name"]), given["Type"], given.get("SetIdentifier")
        problem = _check(zone, sets, action, given, name, kind, identifier)
        if problem:
            wrong.append(problem)
        elif action == "DELETE":
            del sets[_identity(name, kind, identifier)]
        else:
            sets[_identity(name, kind, identifier)] = _record_set(given, name)
    if wrong:
        raise _invalid(wrong)
    zone.rrsets = list(sets.values())
    return {"ChangeInfo": start_change(call, batch.get("Comment"))}


def _identity(name, kind, identifier):
    return name, kind, identifier or None


def _record_set(given, name):
    fields = {**given, "Name": name, "ResourceRecords": [r["Value"] for r in given.get("ResourceRecords") or []]}
    alias = given.get("AliasTarget")
    if alias:
        fields["AliasTarget"] = {**alias, "DNSName": stored_name(alias["DNSName"])}
    made = RecordSet(fields)
    # What moto does not keep. https://docs.aws.amazon.com/Route53/latest/APIReference/API_ResourceRecordSet.html
    made.cidr_routing_config, made.geo_proximity_location = given.get("CidrRoutingConfig"), given.get("GeoProximityLocation")
    return made


def _check(zone, sets, action, given, name, kind, identifier):
    """What is wrong with one change, in AWS's words, or None."""
    apex = stored_name(zone.name)
    told = f"[name='{name}', type='{kind}'" + (f", set-identifier='{identifier}']" if identifier else "]")
    if name != apex and not name.endswith("." + apex):
        return f"RRSet with DNS name {name} is not permitted in zone {apex}"
    existing = sets.get(_identity(name, kind, identifier))
    if action == "DELETE":
        if existing is None:
            return f"Tried to delete resource record set {told} but it was not found"
        if name == apex and kind in ("NS", "SOA"):
            return f"A HostedZone must contain at least one {'NS record for the zone itself' if kind == 'NS' else 'SOA record'}."
        if not _equal(existing, given):
            return f"Tried to delete resource record set {told} but the values provided do not match the current values"
        return None
    if bool(given.get("AliasTarget")) == bool(given.get("ResourceRecords")):
        return f"Invalid request: Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or TrafficPolicyInstanceId], in Change with [Action={action}, Name={name}, Type={kind}, SetIdentifier={identifier}]"
    if action == "CREATE" and existing is not None:
        return f"Tried to create resource record set {told} but it already exists"
    if kind == "CNAME" and name == apex:
        return f"RRSet of type CNAME with DNS name {name} is not permitted at apex in zone {apex}"
    for other_name, other_kind, other_identifier in sets:
        if other_name != name:
            continue
        if (kind == "CNAME") != (other_kind == "CNAME"):
            return f"RRSet of type {kind} with DNS name {name} is not permitted because a conflicting RRSet of type {other_kind} with the same DNS name already exists in zone {apex}"
        if other_kind == kind and bool(other_identifier) != bool(identifier):
            return f"RRSet with DNS name {name}, type {kind}, SetIdentifier {identifier}, and Region Name=null cannot be created because a non multi value answer rrset exists with the same name and type."
    return None


def _equal(existing, given):
    other = _record_set(given, existing.name)
    alias, other_alias = existing.alias_target or {}, other.alias_target or {}
    same = (_values(existing) == _values(other) and str(existing.ttl or "") == str(other.ttl or "")
            and alias.get("DNSName") == other_alias.get("DNSName"))
    return same and all(str(getattr(existing, f) or "") == str(getattr(other, f) or "") for f in EXACT)


@operation("route53.ListResourceRecordSets")
def list_record_sets(call):
    # https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListResourceRecordSets.html
    p = call.params
    zone, size = _zone(call, p["HostedZoneId"]), min(int(p.get("MaxItems") or 300), 300)
    if p.get("StartRecordType") and not p.get("StartRecordName"):
        raise AwsError("InvalidInput", "The input is not valid")
    rows = sorted((shown(r) for r in zone.rrsets), key=lambda r: (_key(r["Name"]), r["Type"], r.get("SetIdentifier") or ""))
    if p.get("StartRecordName"):
        first = (_key(stored_name(p["StartRecordName"])), p.get("StartRecordType") or "", p.get("StartRecordIdentifier") or "")
        rows = [r for r in rows if (_key(r["Name"]), r["Type"], r.get("SetIdentifier") or "") >= first]
    answer = {"ResourceRecordSets": rows[:size], "IsTruncated": len(rows) > size, "MaxItems": str(size)}
    if len(rows) > size:
        following = rows[size]
        answer.update(NextRecordName=following["Name"], NextRecordType=following["Type"],
                      NextRecordIdentifier=following.get("SetIdentifier"))
    return answer
