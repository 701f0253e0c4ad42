"""Who may use a cluster: access entries and policies, pod identity associations, identity provider configs.

https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html
https://docs.aws.amazon.com/eks/latest/userguide/pod-identities.html
"""
import uuid

from . import state
from .core import AwsError, hex_id, now, operation, page
from .eks import arn, cluster_of, in_use, invalid, need_role, not_found, parts_of, shown, start_update, updates

POLICY_PREFIX = "arn:aws:eks::aws:cluster-access-policy/"
POLICIES = ["AmazonEKSAdminPolicy", "AmazonEKSAdminViewPolicy", "AmazonEKSClusterAdminPolicy", "AmazonEKSEditPolicy",
            "AmazonEKSViewPolicy", "AmazonEKSAutoNodePolicy", "AmazonEKSBlockStoragePolicy", "AmazonEKSComputePolicy",
            "AmazonEKSLoadBalancingPolicy", "AmazonEKSNetworkingPolicy", "AmazonEKSHybridPolicy"]
NODE_TYPES = {"EC2_LINUX": "system:node:{{EC2PrivateDNSName}}", "EC2_WINDOWS": "system:node:{{EC2PrivateDNSName}}",
              "FARGATE_LINUX": "system:node:{{SessionName}}", "EC2": "system:node:{{EC2PrivateDNSName}}",
              "HYBRID_LINUX": "system:node:{{SessionName}}"}


def entry_of(call):
    cluster, principal = cluster_of(call), call.params["principalArn"]
    entry = parts_of(cluster, "entries").get(principal)
    if entry is None:
        raise not_found(f"The specified principalArn could not be found. You can view your available access entries with "
                        f"'list-access-entries': {principal}", clusterName=cluster["name"])
    return cluster, entry


def _need_api(cluster):
    if cluster["accessConfig"]["authenticationMode"] == "CONFIG_MAP":
        raise AwsError("InvalidRequestException", "The cluster's authentication mode must be set to one of [API, "
                       "API_AND_CONFIG_MAP] to perform this operation.", clusterName=cluster["name"])


def _entry(call, cluster, principal, kind, groups=None, username=None, tags=None):
    what, name = principal.split(":", 5)[5].split("/", 1) if "/" in principal else ("user", "root")
    if kind in NODE_TYPES:
        groups, username = ["system:nodes"], NODE_TYPES[kind]
    elif not username:
        username = (f"arn:aws:sts::{principal.split(':')[4]}:assumed-role/{name.split('/')[-1]}/{{{{SessionName}}}}"
                    if what == "role" else principal)
    return {"clusterName": cluster["name"], "principalArn": principal, "kubernetesGroups": list(groups or []),
            "accessEntryArn": arn(call, f"access-entry/{cluster['name']}/{what}/{call.account}/{name.split('/')[-1]}/{uuid.uuid4()}"),
            "createdAt": now(), "modifiedAt": now(), "tags": dict(tags or {}), "username": username, "type": kind, "_policies": {}}


def admit_creator(call, cluster):
    """The caller that made the cluster administers it (bootstrapClusterCreatorAdminPermissions)."""
    if cluster["accessConfig"]["authenticationMode"] == "CONFIG_MAP":
        return
    principal = f"arn:aws:iam::{call.account}:root"
    entry = _entry(call, cluster, principal, "STANDARD")
    entry["_policies"][POLICY_PREFIX + "AmazonEKSClusterAdminPolicy"] = {"type": "cluster", "namespaces": [], "at": now(), "changed": now()}
    parts_of(cluster, "entries")[principal] = entry


def admit_nodes(call, cluster, role_arn):
    """EKS admits the role of a managed node group by itself where access entries are in use."""
    if cluster["accessConfig"]["authenticationMode"] != "CONFIG_MAP" and role_arn not in parts_of(cluster, "entries"):
        entry = _entry(call, cluster, role_arn, "EC2_LINUX")
        entry["_by_eks"] = True
        parts_of(cluster, "entries")[role_arn] = entry


@operation("eks.CreateAccessEntry")
def create_access_entry(call):
    # https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateAccessEntry.html
    p, cluster = call.params, cluster_of(call, active=True)
    principal, kind = p["principalArn"], p.get("type") or "STANDARD"
    _need_api(cluster)
    existing = parts_of(cluster, "entries").get(principal)
    # An entry that EKS made for a node role is taken over, unless the test asks for AWS's refusal.
    if existing and not (existing.get("_by_eks") and not state.CONFIG["strict_node_entries"]):
        raise in_use("The specified access entry resource is already in use on this cluster.", clusterName=cluster["name"])
    if ":role/" in principal:
        need_role(call, principal, "The specified principalArn is invalid: invalid principal.")
    elif not principal.startswith(f"arn:aws:iam::{call.account}:"):
        raise invalid("The specified principalArn is invalid: invalid principal.", clusterName=cluster["name"])
    groups = p.get("kubernetesGroups") or []
    if kind != "STANDARD" and kind not in NODE_TYPES:
        raise invalid(f"The access entry type {kind} is not valid", clusterName=cluster["name"])
    if kind != "STANDARD" and groups:
        raise invalid(f"kubernetesGroups cannot be specified for an access entry of type {kind}", clusterName=cluster["name"])
    if any(g.startswith(("system:", "eks:", "aws:", "amazon:", "iam:")) for g in groups):
        raise invalid("The kubernetes group name is invalid, it cannot start with one of [system:, eks:, aws:, amazon:, iam:]",
                      clusterName=cluster["name"])
    entry = _entry(call, cluster, principal, kind, groups, p.get("username"), p.get("tags"))
    parts_of(cluster, "entries")[principal] = entry
    return {"accessEntry": shown(entry)}


@operation("eks.DescribeAccessEntry")
def describe_access_entry(call):
    return {"accessEntry": shown(entry_of(call)[1])}


@operation("eks.ListAccessEntries")
def list_access_entries(call):
    cluster, p = cluster_of(call), call.params
    _need_api(cluster)
    names = sorted(a for a, e in parts_of(cluster, "entries").items()
                   if not p.get("associatedPolicyArn") or p["associatedPolicyArn"] in e["_policies"])
    names, token = page(names, p.get("maxResults", 100), p.get("nextToken"))
    return {"accessEntries": names, "nextToken": token}


@operation("eks.UpdateAccessEntry")
def update_access_entry(call):
    _, entry = entry_of(call)
    for field in ("kubernetesGroups", "username"):
        if call.params.get(field) is not None:
            entry[field] = call.params[field]
    entry["modifiedAt"] = now()
    return {"accessEntry": shown(entry)}


@operation("eks.DeleteAccessEntry")
def delete_access_entry(call):
    cluster, entry = entry_of(call)
    del parts_of(cluster, "entries")[entry["principalArn"]]


@operation("eks.ListAccessPolicies")
def list_access_policies(call):
    rows = [{"name": n, "arn": POLICY_PREFIX + n} for n in POLICIES]
    rows, token = page(rows, call.params.get("maxResults"), call.params.get("nextToken"))
    return {"accessPolicies": rows, "nextToken": token}


def _associated(policy_arn, scope):
    return {"policyArn": policy_arn, "accessScope": {"type": scope["type"], "namespaces": scope["namespaces"]},
            "associatedAt": scope["at"], "modifiedAt": scope["changed"]}


@operation("eks.AssociateAccessPolicy")
def associate_access_policy(call):
    # https://docs.aws.amazon.com/eks/latest/APIReference/API_AssociateAccessPolicy.html
    cluster, entry = entry_of(call)
    p = call.params
    if p["policyArn"] not in {POLICY_PREFIX + n for n in POLICIES}:
        raise invalid("The specified policyArn is invalid: invalid policy.", clusterName=cluster["name"])
    if entry["type"] != "STANDARD":
        raise invalid("An access policy can only be associated with an access entry of type STANDARD", clusterName=cluster["name"])
    scope = p["accessScope"]
    namespaces = scope.get("namespaces") or []
    if (scope["type"] == "namespace") != bool(namespaces):
        raise invalid("namespaces are required with, and only with, an accessScope of type namespace", clusterName=cluster["name"])
    before = entry["_policies"].get(p["policyArn"])
    made = {"type": scope["type"], "namespaces": namespaces, "at": before["at"] if before else now(), "changed": now()}
    entry["_policies"][p["policyArn"]] = made
    return {"clusterName": cluster["name"], "principalArn": entry["principalArn"],
            "associatedAccessPolicy": _associated(p["policyArn"], made)}


@operation("eks.ListAssociatedAccessPolicies")
def list_associated_access_policies(call):
    cluster, entry = entry_of(call)
    rows = [_associated(a, s) for a, s in entry["_policies"].items()]
    rows, token = page(rows, call.params.get("maxResults"), call.params.get("nextToken"))
    return {"clusterName": cluster["name"], "principalArn": entry["principalArn"], "associatedAccessPolicies": rows, "nextToken": token}


@operation("eks.DisassociateAccessPolicy")
def disassociate_access_policy(call):
    cluster, entry = entry_of(call)
    if entry["_policies"].pop(call.params["policyArn"], None) is None:
        raise not_found("The specified access policy is not associated with the access entry", clusterName=cluster["name"])


# ---------------------------------------------------------------- pod identity associations

def make_association(call, cluster, p, owner=None):
    pods = parts_of(cluster, "pods")
    for other in pods.values():
        if (other["namespace"], other["serviceAccount"]) == (p["namespace"], p["serviceAccount"]):
            raise in_use(f"Association already exists: {other['associationId']}", clusterName=cluster["name"])
    need_role(call, p["roleArn"], f"Role with arn: {p['roleArn']}, could not be assumed because it does not exist or the "
                                  "trusted entity is not correct")
    association_id = hex_id("a-")
    association = {"clusterName": cluster["name"], "namespace": p["namespace"], "serviceAccount": p["serviceAccount"],
                   "roleArn": p["roleArn"], "associationId": association_id,
                   "associationArn": arn(call, f"podidentityassociation/{cluster['name']}/{association_id}"),
                   "tags": dict(p.get("tags") or {}), "createdAt": now(), "modifiedAt": now(), "ownerArn": owner,
                   "disableSessionTags": bool(p.get("disableSessionTags", False)), "targetRoleArn": p.get("targetRoleArn"),
                   "_token": p.get("clientRequestToken")}
    if association["targetRoleArn"]:
        association["externalId"] = f"{call.region}/{call.account}/{cluster['name']}/{p['namespace']}/{p['serviceAccount']}"
    pods[association_id] = association
    return association


@operation("eks.CreatePodIdentityAssociation")
def create_pod_identity_association(call):
    # https://docs.aws.amazon.com/eks/latest/APIReference/API_CreatePodIdentityAssociation.html
    cluster, token = cluster_of(call, active=True), call.params.get("clientRequestToken")
    for other in parts_of(cluster, "pods").values():
        if token and token == other["_token"]:
            return {"association": shown(other)}
    return {"association": shown(make_association(call, cluster, call.params))}


def association_of(call):
    cluster = cluster_of(call)
    association = parts_of(cluster, "pods").get(call.params["associationId"])
    if association is None:
        raise not_found(f"The association {call.params['associationId']} could not be found", clusterName=cluster["name"])
    return cluster, association


@operation("eks.DescribePodIdentityAssociation")
def describe_pod_identity_association(call):
    return {"association": shown(association_of(call)[1])}


@operation("eks.UpdatePodIdentityAssociation")
def update_pod_identity_association(call):
    _, association = association_of(call)
    p = call.params
    if p.get("roleArn"):
        need_role(call, p["roleArn"], f"Role with arn: {p['roleArn']}, could not be assumed because it does not exist")
    for field in ("roleArn", "disableSessionTags", "targetRoleArn"):
        if p.get(field) is not None:
            association[field] = p[field]
    association["modifiedAt"] = now()
    return {"association": shown(association)}


@operation("eks.DeletePodIdentityAssociation")
def delete_pod_identity_association(call):
    cluster, association = association_of(call)
    del parts_of(cluster, "pods")[association["associationId"]]
    return {"association": shown(association)}


@operation("eks.ListPodIdentityAssociations")
def list_pod_identity_associations(call):
    cluster, p = cluster_of(call), call.params
    rows = [{k: a.get(k) for k in ("clusterName", "namespace", "serviceAccount", "associationArn", "associationId", "ownerArn")}
            for a in parts_of(cluster, "pods").values()
            if p.get("namespace") in (None, a["namespace"]) and p.get("serviceAccount") in (None, a["serviceAccount"])]
    rows, token = page(rows, p.get("maxResults", 100), p.get("nextToken"))
    return {"associations": rows, "nextToken": token}


# ---------------------------------------------------------------- identity provider configs

@operation("eks.AssociateIdentityProviderConfig")
def associate_identity_provider_config(call):
    # https://docs.aws.amazon.com/eks/latest/APIReference/API_AssociateIdentityProviderConfig.html
    cluster, oidc = cluster_of(call, active=True), call.params["oidc"]
    name, idps = oidc["identityProviderConfigName"], parts_of(cluster, "idps")
    if idps:
        raise in_use("A cluster can have one OIDC identity provider config", clusterName=cluster["name"])
    config = {**oidc, "clusterName": cluster["name"], "tags": dict(call.params.get("tags") or {}),
              "identityProviderConfigArn": arn(call, f"identityproviderconfig/{cluster['name']}/oidc/{name}/{uuid.uuid4()}")}
    answer = start_update(call, cluster, "AssociateIdentityProviderConfig", [("IdentityProviderConfig", [{"type": "oidc", "name": name}])], {})
    idps[name] = config
    state.start(call, config, "status", "CREATING", "ACTIVE")
    return {**answer, "tags": config["tags"]}


def _idp_of(call):
    cluster, name = cluster_of(call), call.params["identityProviderConfig"]["name"]
    config = parts_of(cluster, "idps").get(name)
    if config is None:
        raise not_found(f"No identity provider config found for name: {name}", clusterName=cluster["name"])
    return cluster, config


@operation("eks.DescribeIdentityProviderConfig")
def describe_identity_provider_config(call):
    _, config = _idp_of(call)
    state.seen([config])
    return {"identityProviderConfig": {"oidc": shown(config)}}


@operation("eks.ListIdentityProviderConfigs")
def list_identity_provider_configs(call):
    return {"identityProviderConfigs": [{"type": "oidc", "name": n} for n in parts_of(cluster_of(call), "idps")]}


@operation("eks.DisassociateIdentityProviderConfig")
def disassociate_identity_provider_config(call):
    cluster, config = _idp_of(call)
    answer = start_update(call, cluster, "DisassociateIdentityProviderConfig", [], {})
    config["_update"] = updates(call)[answer["update"]["id"]]
    state.start(call, config, "status", "DELETING", "DELETED", "eks.idp_gone")
    return answer


@state.finisher("eks.idp_gone")
def idp_gone(passage):
    cluster = state.table(passage.account, passage.region, "eks", "clusters").get(passage.thing["clusterName"])
    if cluster:
        parts_of(cluster, "idps").pop(passage.thing["identityProviderConfigName"], None)
        # The update that takes it away ends with it.
        update = passage.thing.get("_update") or {}
        if update.get("status") == "InProgress":
            state.drop_passages(update)
            update["status"], cluster["status"] = "Successful", "ACTIVE"
