"""EKS capabilities: controllers that AWS runs for a cluster. moto has none.

https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateCapability.html
"""
import re
import uuid

from . import state
from .core import now, operation, page
from .eks import arn, cluster_of, in_use, invalid, issues, need_role, not_found, parts_of, saw, shown, start_update

ROLES = ("ADMIN", "EDITOR", "VIEWER")


def capability_of(call):
    cluster, name = cluster_of(call), call.params["capabilityName"]
    capability = parts_of(cluster, "capabilities").get(name)
    if capability is None:
        raise not_found(f"No capability found for name: {name} in cluster: {cluster['name']}", clusterName=cluster["name"])
    return cluster, capability


@operation("eks.CreateCapability")
def create_capability(call):
    p, cluster = call.params, cluster_of(call, active=True)
    name, kind, where = p["capabilityName"], p["type"], {"clusterName": cluster["name"]}
    others = parts_of(cluster, "capabilities")
    if name in others:
        if p.get("clientRequestToken") and p["clientRequestToken"] == others[name]["_token"]:
            return {"capability": shown(others[name])}
        raise in_use(f"Capability already exists with name: {name}", **where)
    if not re.fullmatch(r"[0-9A-Za-z][A-Za-z0-9\-_]{0,99}", name):
        raise invalid(f"The capability name {name!r} is not valid", **where)
    # "You can only create one Capability of each type on a given Amazon EKS cluster."
    if any(other["type"] == kind for other in others.values()):
        raise in_use(f"A capability of type {kind} already exists in cluster: {cluster['name']}", **where)
    need_role(call, p["roleArn"], f"The role {p['roleArn']} does not exist")
    capability = {"capabilityName": name, "clusterName": cluster["name"], "type": kind, "roleArn": p["roleArn"],
                  "arn": arn(call, f"capability/{cluster['name']}/{kind.lower()}/{name}/{uuid.uuid4()}"),
                  "configuration": _configuration(call, kind, p.get("configuration"), where), "health": {"issues": []},
                  "tags": dict(p.get("tags") or {}), "createdAt": now(), "modifiedAt": now(),
                  "deletePropagationPolicy": p["deletePropagationPolicy"], "_token": p.get("clientRequestToken")}
    others[name] = capability
    fail = call.effects.get("fail")
    if fail:
        # https://docs.aws.amazon.com/eks/latest/APIReference/API_CapabilityIssue.html: no resources
        capability["_fail"] = [{k: i[k] for k in ("code", "message")} for i in issues(fail, "AccessDenied")]
    state.start(call, capability, "status", "CREATING", "CREATE_FAILED" if fail else "ACTIVE", "eks.capability_ready")
    return {"capability": shown(capability)}


@state.finisher("eks.capability_ready")
def capability_ready(passage):
    if passage.thing.get("_fail"):
        passage.thing["health"] = {"issues": passage.thing["_fail"]}


def _configuration(call, kind, given, where):
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_ArgoCdConfigRequest.html"""
    argo = (given or {}).get("argoCd")
    if (kind == "ARGOCD") != bool(argo):
        raise invalid("configuration.argoCd is required for capabilities of type ARGOCD, and for no other", **where)
    if not argo:
        return None
    idc = argo["awsIdc"]
    if not re.fullmatch(r"arn:aws[a-z-]*:sso:::instance/(sso)?ins-[0-9a-zA-Z-.]+", idc["idcInstanceArn"]):
        raise invalid(f"{idc['idcInstanceArn']} is no ARN of an IAM Identity Center instance", **where)
    number = uuid.uuid4().hex[:16]
    return {"argoCd": {
        "namespace": argo.get("namespace") or "argocd",
        "awsIdc": {"idcInstanceArn": idc["idcInstanceArn"], "idcRegion": idc.get("idcRegion") or call.region,
                   "idcManagedApplicationArn": f"arn:aws:sso::{call.account}:application/{idc['idcInstanceArn'].split('/')[-1]}/apl-{number}"},
        "rbacRoleMappings": list(argo.get("rbacRoleMappings") or []),
        "networkAccess": {"vpceIds": list((argo.get("networkAccess") or {}).get("vpceIds") or [])},
        "serverUrl": f"https://{number}.eks-capabilities.{call.region}.amazonaws.com"}}


@operation("eks.DescribeCapability")
def describe_capability(call):
    _, capability = capability_of(call)
    saw(call, capability)
    return {"capability": shown(capability)}


@operation("eks.ListCapabilities")
def list_capabilities(call):
    fields = ("capabilityName", "arn", "type", "status", "version", "createdAt", "modifiedAt")
    capabilities = parts_of(cluster_of(call), "capabilities")
    found = [{k: c[k] for k in fields if c.get(k)} for _, c in sorted(capabilities.items())]
    found, token = page(found, call.params.get("maxResults", 100), call.params.get("nextToken"))
    return {"capabilities": found, "nextToken": token}


@operation("eks.UpdateCapability")
def update_capability(call):
    # https://docs.aws.amazon.com/eks/latest/APIReference/API_UpdateCapability.html: namespace and Identity Center stay
    cluster, capability = capability_of(call)
    p, where = call.params, {"clusterName": cluster["name"]}
    change, told = {"modifiedAt": now()}, []
    if p.get("roleArn"):
        need_role(call, p["roleArn"], f"The role {p['roleArn']} does not exist")
        change["roleArn"] = p["roleArn"]
        told.append(("RoleArn", p["roleArn"]))
    argo = (p.get("configuration") or {}).get("argoCd")
    if argo:
        current = capability.get("configuration")
        if current is None:
            raise invalid(f"The capability {capability['capabilityName']} is not of type ARGOCD", **where)
        wanted = dict(current["argoCd"])
        if argo.get("rbacRoleMappings"):
            mappings = argo["rbacRoleMappings"]
            wanted["rbacRoleMappings"] = _mappings(wanted["rbacRoleMappings"], mappings)
            names = (("RoleMappingsToAddOrUpdate", "addOrUpdateRoleMappings"), ("RoleMappingsToRemove", "removeRoleMappings"))
            told += [(name, mappings[key]) for name, key in names if mappings.get(key)]
        if argo.get("networkAccess"):
            wanted["networkAccess"] = {"vpceIds": list(argo["networkAccess"].get("vpceIds") or [])}
            told.append(("NetworkAccess", argo["networkAccess"]))
        change["configuration"] = {"argoCd": wanted}
    if p.get("deletePropagationPolicy"):
        change["deletePropagationPolicy"] = p["deletePropagationPolicy"]
    return start_update(call, capability, "CapabilityUpdate", told, change, "capability", fields={
        **where, "capabilityName": capability["capabilityName"]})


def _mappings(current, given):
    """Mappings by role: those that are named replace or take away the identities of theirs."""
    by_role = {m["role"]: list(m["identities"]) for m in current}
    for mapping in given.get("addOrUpdateRoleMappings") or []:
        by_role[mapping["role"]] = list(mapping["identities"])
    for mapping in given.get("removeRoleMappings") or []:
        left = [i for i in by_role.get(mapping["role"], []) if i not in mapping["identities"]]
        by_role[mapping["role"]] = left
    return [{"role": role, "identities": by_role[role]} for role in ROLES if by_role.get(role)]


@operation("eks.DeleteCapability")
def delete_capability(call):
    # https://docs.aws.amazon.com/eks/latest/APIReference/API_DeleteCapability.html
    cluster, capability = capability_of(call)
    if capability["status"] == "DELETING":
        raise in_use("Capability is being deleted", clusterName=cluster["name"])
    state.start(call, capability, "status", "DELETING", "DELETED", "eks.capability_gone")
    return {"capability": shown(capability)}


@state.finisher("eks.capability_gone")
def capability_gone(passage):
    capability = passage.thing
    cluster = state.table(passage.account, passage.region, "eks", "clusters").get(capability["clusterName"])
    if cluster:
        parts_of(cluster, "capabilities").pop(capability["capabilityName"], None)
