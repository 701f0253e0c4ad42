"""EKS add-ons. https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateAddon.html"""
import json
import uuid

from . import state
from .core import now, operation, page
from .eks import arn, cluster_of, in_use, invalid, issues, need_role, not_found, parts_of, saw, shown, start_update
from .eks_catalog import ADDONS, addon_versions


def addon_of(call):
    cluster, name = cluster_of(call), call.params["addonName"]
    addon = parts_of(cluster, "addons").get(name)
    if addon is None:
        raise not_found(f"No addon: {name} found in cluster: {cluster['name']}", clusterName=cluster["name"], addonName=name)
    return cluster, addon


@operation("eks.CreateAddon")
def create_addon(call):
    p, cluster = call.params, cluster_of(call, active=True)
    name = p["addonName"]
    where = {"clusterName": cluster["name"], "addonName": name}
    existing = parts_of(cluster, "addons").get(name)
    if existing:
        if p.get("clientRequestToken") and p["clientRequestToken"] == existing["_token"]:
            return {"addon": shown(existing)}
        raise in_use("Addon already exists.", **where)
    if name not in ADDONS:
        raise invalid(f"Addon {name} specified is not supported", **where)
    addon = {"addonName": name, "clusterName": cluster["name"], "addonVersion": _version(cluster, p, where),
             "addonArn": arn(call, f"addon/{cluster['name']}/{name}/{uuid.uuid4()}"), "createdAt": now(), "modifiedAt": now(),
             "serviceAccountRoleArn": p.get("serviceAccountRoleArn"), "tags": dict(p.get("tags") or {}),
             "configurationValues": _configuration(p.get("configurationValues"), where), "health": {"issues": []},
             "podIdentityAssociations": [], "_token": p.get("clientRequestToken")}
    if addon["serviceAccountRoleArn"]:
        need_role(call, addon["serviceAccountRoleArn"], f"The role {addon['serviceAccountRoleArn']} does not exist")
    parts_of(cluster, "addons")[name] = addon
    _pods(call, cluster, addon, p)
    fail = call.effects.get("fail")
    if fail:
        addon["_fail"] = issues(fail, "ConfigurationConflict")
    state.start(call, addon, "status", "CREATING", "CREATE_FAILED" if fail else "ACTIVE", "eks.addon_ready")
    return {"addon": shown(addon)}


@state.finisher("eks.addon_ready")
def addon_ready(passage):
    if passage.thing.get("_fail"):
        passage.thing["health"] = {"issues": passage.thing["_fail"]}


def _version(cluster, p, where):
    offered, wanted = addon_versions(p["addonName"], cluster["version"]), p.get("addonVersion")
    if wanted and wanted not in offered and not _plausible(wanted, offered):
        raise invalid(f"Addon version specified is not supported: {wanted}; offered for {cluster['version']}: {', '.join(offered)}", **where)
    return wanted or offered[0]


def _plausible(wanted, offered):
    """Real builds the catalogue does not list, of the same minor release line."""
    return "-eksbuild." in wanted and any(wanted.split(".")[:2] == o.split(".")[:2] for o in offered)


def _configuration(values, where):
    if values and values.lstrip()[:1] in "{[":
        try:
            json.loads(values)
        except ValueError:
            raise invalid("ConfigurationValue provided in request is not supported: it is no JSON", **where)
    return values


def _pods(call, cluster, addon, p):
    """The pod identity associations an add-on owns.

    https://docs.aws.amazon.com/eks/latest/userguide/add-ons-iam.html
    """
    from .eks_access import make_association
    if p.get("podIdentityAssociations") is None:
        return
    pods = parts_of(cluster, "pods")
    for old in [a["associationId"] for a in pods.values() if a.get("ownerArn") == addon["addonArn"]]:
        del pods[old]
    made = [make_association(call, cluster, {"namespace": "kube-system", "serviceAccount": g["serviceAccount"],
                                             "roleArn": g["roleArn"]}, addon["addonArn"])
            for g in p["podIdentityAssociations"]]
    addon["podIdentityAssociations"] = [a["associationArn"] for a in made]


@operation("eks.DescribeAddon")
def describe_addon(call):
    _, addon = addon_of(call)
    saw(call, addon)
    return {"addon": shown(addon)}


@operation("eks.ListAddons")
def list_addons(call):
    names, token = page(sorted(parts_of(cluster_of(call), "addons")), call.params.get("maxResults", 100), call.params.get("nextToken"))
    return {"addons": names, "nextToken": token}


@operation("eks.UpdateAddon")
def update_addon(call):
    # https://docs.aws.amazon.com/eks/latest/APIReference/API_UpdateAddon.html
    cluster, addon = addon_of(call)
    p, where = call.params, {"clusterName": cluster["name"], "addonName": addon["addonName"]}
    change, told = {}, []
    if p.get("addonVersion"):
        change["addonVersion"] = _version(cluster, p, where)
        told.append(("AddonVersion", p["addonVersion"]))
    if p.get("serviceAccountRoleArn") is not None:
        if p["serviceAccountRoleArn"]:
            need_role(call, p["serviceAccountRoleArn"], f"The role {p['serviceAccountRoleArn']} does not exist")
        change["serviceAccountRoleArn"] = p["serviceAccountRoleArn"] or None
        told.append(("ServiceAccountRoleArn", p["serviceAccountRoleArn"]))
    if p.get("resolveConflicts"):
        told.append(("ResolveConflicts", p["resolveConflicts"]))
    if p.get("configurationValues") is not None:
        change["configurationValues"] = _configuration(p["configurationValues"], where) or None
        told.append(("ConfigurationValues", p["configurationValues"]))
    answer = start_update(call, addon, "AddonUpdate", told, change, "addon", fields=where)
    _pods(call, cluster, addon, p)
    return answer


@operation("eks.DeleteAddon")
def delete_addon(call):
    cluster, addon = addon_of(call)
    if addon["status"] == "DELETING":
        raise in_use("Addon is being deleted", clusterName=cluster["name"], addonName=addon["addonName"])
    state.start(call, addon, "status", "DELETING", "DELETED", "eks.addon_gone")
    return {"addon": shown(addon)}


@state.finisher("eks.addon_gone")
def addon_gone(passage):
    addon = passage.thing
    cluster = state.table(passage.account, passage.region, "eks", "clusters").get(addon["clusterName"])
    if cluster:
        parts_of(cluster, "addons").pop(addon["addonName"], None)
        pods = parts_of(cluster, "pods")
        for old in [a["associationId"] for a in pods.values() if a.get("ownerArn") == addon["addonArn"]]:
            del pods[old]
