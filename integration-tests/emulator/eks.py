"""EKS clusters and their updates. The other EKS resources stand in eks_nodegroups, eks_addons, eks_access and
eks_capabilities.

https://docs.aws.amazon.com/eks/latest/APIReference/API_Operations.html
"""
import base64
import hashlib
import re
import uuid

from . import lookups, state
from .core import AwsError, now, operation, page
from .eks_catalog import VERSIONS, DEFAULT_VERSION, minor

LOG_TYPES = ["api", "audit", "authenticator", "controllerManager", "scheduler"]


def clusters(call):
    return state.table(call.account, call.region, "eks", "clusters")


def updates(call):
    return state.table(call.account, call.region, "eks", "updates")


def parts_of(cluster, kind):
    """The cluster's node groups, add-ons and so on, by name; kept beside the cluster, not shown with it."""
    return cluster["_parts"].setdefault(kind, {})


def arn(call, resource):
    return f"arn:aws:eks:{call.region}:{call.account}:{resource}"


def shown(thing):
    return {k: v for k, v in thing.items() if not k.startswith("_") and v is not None}


def invalid(message, **fields):
    return AwsError("InvalidParameterException", message, **fields)


def not_found(message, **fields):
    return AwsError("ResourceNotFoundException", message, **fields)


def in_use(message, **fields):
    return AwsError("ResourceInUseException", message, **fields)


def cluster_of(call, name=None, active=False):
    name = name or call.params.get("clusterName") or call.params.get("name")
    cluster = clusters(call).get(name)
    if cluster is None:
        raise not_found(f"No cluster found for name: {name}.", clusterName=name)
    # https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateNodegroup.html: InvalidRequestException,
    # "the request is invalid given the state of the cluster"
    if active and cluster["status"] not in ("ACTIVE", "UPDATING"):
        raise AwsError("InvalidRequestException", f"Cluster '{name}' is not in ACTIVE status", clusterName=name)
    return cluster


def need_role(call, role_arn, message):
    if lookups.role(call, role_arn) is None:
        raise invalid(message)


# ---------------------------------------------------------------- clusters

@operation("eks.CreateCluster")
def create_cluster(call):
    # https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html
    p = call.params
    name, token = p["name"], p.get("clientRequestToken")
    existing = clusters(call).get(name)
    if existing:
        if token and token == existing["_token"]:
            return {"cluster": cluster_shown(existing)}
        raise in_use(f"Cluster already exists with name: {name}", clusterName=name)
    if not re.fullmatch(r"[0-9A-Za-z][A-Za-z0-9\-_]{0,99}", name):
        raise invalid(f"The cluster name {name!r} is not valid", clusterName=name)
    version = p.get("version") or DEFAULT_VERSION
    if version not in VERSIONS:
        raise invalid(f"unsupported Kubernetes version {version}", clusterName=name)
    need_role(call, p["roleArn"], f"Role with arn: {p['roleArn']}, could not be assumed because it does not exist or "
                                  "the trusted entity is not correct")
    vpc = _vpc_config(call, p["resourcesVpcConfig"], name)
    access = p.get("accessConfig") or {}
    network = p.get("kubernetesNetworkConfig") or {}
    cluster = {
        "name": name, "arn": arn(call, f"cluster/{name}"), "createdAt": now(), "version": version,
        "roleArn": p["roleArn"], "resourcesVpcConfig": vpc, "kubernetesNetworkConfig": _network_config(network),
        "logging": _logging(p.get("logging")), "platformVersion": VERSIONS[version]["platform"],
        "tags": dict(p.get("tags") or {}), "encryptionConfig": p.get("encryptionConfig"),
        "health": {"issues": []},
        "accessConfig": {"bootstrapClusterCreatorAdminPermissions": access.get("bootstrapClusterCreatorAdminPermissions", True),
                         "authenticationMode": access.get("authenticationMode", "CONFIG_MAP")},
        "upgradePolicy": {"supportType": (p.get("upgradePolicy") or {}).get("supportType", "EXTENDED")},
        "zonalShiftConfig": {"enabled": bool((p.get("zonalShiftConfig") or {}).get("enabled"))} if p.get("zonalShiftConfig") else None,
        "deletionProtection": bool(p.get("deletionProtection", False)),
        "computeConfig": p.get("computeConfig"), "storageConfig": p.get("storageConfig"),
        "remoteNetworkConfig": p.get("remoteNetworkConfig"),
        "_token": token, "_parts": {}, "_enis": [], "_ready": False}
    clusters(call)[name] = cluster
    _own_network(call, cluster)
    _endpoint(call, cluster)
    if cluster["accessConfig"]["bootstrapClusterCreatorAdminPermissions"]:
        from .eks_access import admit_creator
        admit_creator(call, cluster)
    fail = call.effects.get("fail")
    if fail:
        cluster["_fail"] = issues(fail, "Ec2SubnetNotFound")
    state.start(call, cluster, "status", "CREATING", "FAILED" if fail else "ACTIVE", "eks.cluster_ready")
    return {"cluster": cluster_shown(cluster)}


def issues(spec, code):
    return spec.get("issues") or [{"code": spec.get("code", code), "message": spec.get("message", "made to fail"),
                                   "resourceIds": spec.get("resourceIds", [])}]


@state.finisher("eks.cluster_ready")
def cluster_ready(passage):
    cluster = passage.thing
    cluster["_ready"] = True
    if cluster.get("_fail"):
        cluster["health"] = {"issues": cluster["_fail"]}


def cluster_shown(cluster):
    """A cluster shows its endpoint, certificate, issuer and security group only when they are made."""
    view = shown(cluster)
    account = cluster["arn"].split(":")[4]
    placed = state.KUBERNETES.get(account) or state.KUBERNETES.get("*")
    if placed:
        view["endpoint"], view["certificateAuthority"] = placed[0], {"data": placed[1]}
    if not cluster["_ready"]:
        for field in ("endpoint", "identity"):
            view.pop(field, None)
        view["certificateAuthority"] = {}
        view["resourcesVpcConfig"] = {k: v for k, v in cluster["resourcesVpcConfig"].items() if k != "clusterSecurityGroupId"}
    return view


def _vpc_config(call, given, name):
    subnets = check_subnets(call, given.get("subnetIds") or [], name)
    # https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html: at least two, in different zones
    if len({s.availability_zone for s in subnets}) < 2:
        raise invalid("Subnets specified must be in at least two different AZs", clusterName=name)
    vpc_id = subnets[0].vpc_id
    if any(s.vpc_id != vpc_id for s in subnets):
        raise invalid("Subnets are not in the same VPC", clusterName=name)
    check_groups(call, given.get("securityGroupIds") or [], vpc_id, name)
    public, private = given.get("endpointPublicAccess", True), given.get("endpointPrivateAccess", False)
    if not public and not private:
        raise invalid("Private and public endpoint access cannot be false", clusterName=name)
    return {"subnetIds": list(given["subnetIds"]), "securityGroupIds": list(given.get("securityGroupIds") or []),
            "vpcId": vpc_id, "endpointPublicAccess": public, "endpointPrivateAccess": private,
            "publicAccessCidrs": list(given.get("publicAccessCidrs") or (["0.0.0.0/0"] if public else []))}


def check_subnets(call, ids, cluster_name):
    found = []
    for subnet_id in ids:
        subnet = lookups.subnet(call, subnet_id)
        if subnet is None:
            raise invalid(f"The subnet ID '{subnet_id}' does not exist", clusterName=cluster_name)
        found.append(subnet)
    if not found:
        raise invalid("subnetIds must not be empty", clusterName=cluster_name)
    return found


def check_groups(call, ids, vpc_id, cluster_name):
    for group_id in ids:
        group = lookups.security_group(call, group_id)
        if group is None or group.vpc_id != vpc_id:
            raise invalid(f"Security group {group_id} does not exist or is not in the VPC {vpc_id}", clusterName=cluster_name)


def _network_config(given):
    family = given.get("ipFamily", "ipv4")
    config = {"ipFamily": family, "elasticLoadBalancing": {"enabled": bool((given.get("elasticLoadBalancing") or {}).get("enabled"))}}
    if family == "ipv6":
        config["serviceIpv6Cidr"] = "fd30:6c4d:1b7f::/108"
    else:
        config["serviceIpv4Cidr"] = given.get("serviceIpv4Cidr", "10.100.0.0/16")
    return config


def _logging(given):
    """AWS answers at most two lists: the types that are on and those that are off."""
    on = {t for entry in (given or {}).get("clusterLogging", []) if entry.get("enabled") for t in entry.get("types", [])}
    lists = [{"types": [t for t in LOG_TYPES if t in on], "enabled": True},
             {"types": [t for t in LOG_TYPES if t not in on], "enabled": False}]
    return {"clusterLogging": [entry for entry in lists if entry["types"]]}


def _own_network(call, cluster):
    """The security group and the network interfaces EKS makes in the account.

    https://docs.aws.amazon.com/eks/latest/userguide/sec-group-reqs.html
    https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html
    """
    ec2, vpc, name = lookups.ec2(call), cluster["resourcesVpcConfig"], cluster["name"]
    group_name = f"eks-cluster-sg-{name}-{int(hashlib.sha256(cluster['arn'].encode()).hexdigest(), 16) % 10**9:09d}"
    tags = {"Name": group_name, f"kubernetes.io/cluster/{name}": "owned", "aws:eks:cluster-name": name}
    group = ec2.create_security_group(
        group_name, "EKS created security group applied to ENI that is attached to EKS Control Plane master nodes, "
        "as well as any managed workloads.", vpc_id=vpc["vpcId"], tags=tags)
    ec2.authorize_security_group_ingress(group.id, "-1", None, None, [], [{"GroupId": group.id}])
    vpc["clusterSecurityGroupId"] = group.id
    for subnet_id in vpc["subnetIds"]:
        eni = ec2.create_network_interface(lookups.subnet(call, subnet_id), None,
                                           group_ids=[group.id] + vpc["securityGroupIds"], description=f"Amazon EKS {name}")
        eni.requester_managed, eni.requester_id, eni.status = True, call.account, "in-use"
        cluster["_enis"].append(eni.id)


def _disown_network(account, region, cluster):
    from moto.ec2.models import ec2_backends
    ec2 = ec2_backends[account][region]
    for eni_id in cluster["_enis"]:
        ec2.enis.pop(eni_id, None)
    vpc = cluster["resourcesVpcConfig"]
    ec2.groups.get(vpc["vpcId"], {}).pop(vpc.get("clusterSecurityGroupId"), None)


def _endpoint(call, cluster):
    digest = hashlib.sha256(f"{cluster['arn']}{uuid.uuid4()}".encode()).hexdigest().upper()
    cluster["endpoint"] = f"https://{digest[:32]}.gr7.{call.region}.eks.amazonaws.com"
    cluster["identity"] = {"oidc": {"issuer": f"https://oidc.eks.{call.region}.amazonaws.com/id/{digest[:32]}"}}
    certificate = f"-----BEGIN CERTIFICATE-----\n{base64.b64encode(digest.encode() * 8).decode()}\n-----END CERTIFICATE-----\n"
    cluster["certificateAuthority"] = {"data": base64.b64encode(certificate.encode()).decode()}


@operation("eks.DescribeCluster")
def describe_cluster(call):
    cluster = cluster_of(call)
    saw(call, cluster)
    return {"cluster": cluster_shown(cluster)}


def saw(call, thing):
    """A read of a thing counts for its own passage and for that of its update."""
    state.seen([thing] + [u for u in updates(call).values() if u["_target"] is thing and u["status"] == "InProgress"])


@operation("eks.ListClusters")
def list_clusters(call):
    names, token = page(sorted(clusters(call)), call.params.get("maxResults", 100), call.params.get("nextToken"))
    return {"clusters": names, "nextToken": token}


@operation("eks.DeleteCluster")
def delete_cluster(call):
    # https://docs.aws.amazon.com/eks/latest/APIReference/API_DeleteCluster.html
    cluster = cluster_of(call)
    name = cluster["name"]
    if cluster["deletionProtection"]:
        raise AwsError("InvalidRequestException", f"Cluster {name} has deletion protection enabled", clusterName=name)
    if parts_of(cluster, "nodegroups"):
        raise in_use("Cluster has nodegroups attached", clusterName=name, nodegroupName=next(iter(parts_of(cluster, "nodegroups"))))
    if parts_of(cluster, "fargate"):
        raise in_use("Cluster has Fargate profiles attached", clusterName=name)
    if cluster["status"] in ("CREATING", "UPDATING", "DELETING"):
        raise in_use(f"Cluster {name} is in {cluster['status']} status", clusterName=name)
    state.start(call, cluster, "status", "DELETING", "DELETED", "eks.cluster_gone")
    return {"cluster": cluster_shown(cluster)}


@state.finisher("eks.cluster_gone")
def cluster_gone(passage):
    cluster = passage.thing
    _disown_network(passage.account, passage.region, cluster)
    table = state.table(passage.account, passage.region, "eks", "clusters")
    table.pop(cluster["name"], None)
    kept = state.table(passage.account, passage.region, "eks", "updates")
    for update_id in [i for i, u in kept.items() if u["_cluster"] == cluster["name"]]:
        del kept[update_id]


# ---------------------------------------------------------------- updates

def start_update(call, target, kind, params, change, label="cluster", busy="UPDATING", fields=None):
    """An update in progress; `change` (a flat dict of new values) is applied to the target at its end."""
    if target["status"] not in ("ACTIVE", "DEGRADED"):
        raise in_use(f"The {label} is in {target['status']} status and cannot be updated now", **(fields or {}))
    update = {"id": str(uuid.uuid4()), "status": "InProgress", "type": kind, "createdAt": now(), "errors": [],
              "params": [{"type": k, "value": str(v)} for k, v in params],
              "_target": target, "_cluster": target.get("clusterName") or target["name"],
              "_fields": dict(fields or {})}
    updates(call)[update["id"]] = update
    fail = call.effects.get("fail")
    if fail:
        update["_fail"] = {"errorCode": fail.get("code", "Unknown"), "errorMessage": fail.get("message", "made to fail"),
                           "resourceIds": fail.get("resourceIds", [])}
    target["status"] = busy
    state.start(call, update, "status", "InProgress", "Failed" if fail else "Successful", "eks.update_done",
                {} if fail else change)
    return {"update": shown(update)}


@state.finisher("eks.update_done")
def update_done(passage):
    update = passage.thing
    target = update["_target"]
    if update.get("_fail"):
        update["errors"] = [update["_fail"]]
    target.update(passage.data)
    if "modifiedAt" in target:
        target["modifiedAt"] = now()
    if target["status"] == "UPDATING":
        target["status"] = "ACTIVE"
    if "_asg" in target:
        from .eks_nodegroups import carry_scaling
        carry_scaling(passage.account, passage.region, target)


@operation("eks.DescribeUpdate")
def describe_update(call):
    cluster, update = cluster_of(call), updates(call).get(call.params["updateId"])
    p = call.params
    if update is None or update["_cluster"] != cluster["name"] or any(
            p.get(k) is not None and update["_fields"].get(k) != p[k] for k in ("nodegroupName", "addonName", "capabilityName")):
        raise not_found(f"No update found for ID: {p['updateId']}", clusterName=cluster["name"])
    state.seen([update])
    return {"update": shown(update)}


@operation("eks.ListUpdates")
def list_updates(call):
    cluster, p = cluster_of(call), call.params
    wanted = {k: p[k] for k in ("nodegroupName", "addonName", "capabilityName") if p.get(k)}
    ids = [u["id"] for u in updates(call).values() if u["_cluster"] == cluster["name"]
           and {k: u["_fields"].get(k) for k in ("nodegroupName", "addonName", "capabilityName") if u["_fields"].get(k)} == wanted]
    ids, token = page(ids, p.get("maxResults"), p.get("nextToken"))
    return {"updateIds": ids, "nextToken": token}


@operation("eks.UpdateClusterVersion")
def update_cluster_version(call):
    # https://docs.aws.amazon.com/eks/latest/userguide/update-cluster.html: one minor version at a time, never back
    cluster, version = cluster_of(call), call.params["version"]
    name, current = cluster["name"], cluster["version"]
    if version not in VERSIONS:
        raise invalid(f"unsupported Kubernetes version update from {current} to {version}", clusterName=name)
    if minor(version) != minor(current) + 1:
        raise invalid(f"Unsupported Kubernetes minor version update from {current} to {version}", clusterName=name)
    old = [g["nodegroupName"] for g in parts_of(cluster, "nodegroups").values()
           if g.get("version") and minor(version) - minor(g["version"]) > 3]
    if old:
        raise invalid(f"Nodegroups {old} must be updated first: kubelet version skew", clusterName=name)
    platform = VERSIONS[version]["platform"]
    return start_update(call, cluster, "VersionUpdate", [("Version", version), ("PlatformVersion", platform)],
                        {"version": version, "platformVersion": platform}, fields={"clusterName": name})


@operation("eks.UpdateClusterConfig")
def update_cluster_config(call):
    # https://docs.aws.amazon.com/eks/latest/APIReference/API_UpdateClusterConfig.html: one kind of change in a call
    cluster, p = cluster_of(call), call.params
    name = cluster["name"]
    kinds = [k for k in ("resourcesVpcConfig", "logging", "accessConfig", "upgradePolicy", "zonalShiftConfig",
                         "computeConfig", "remoteNetworkConfig", "deletionProtection") if p.get(k) is not None]
    if len(kinds) != 1 and "computeConfig" not in kinds:
        raise invalid("Only one type of update can be allowed." if kinds else "No changes needed for the cluster.", clusterName=name)
    kind = kinds[0]
    if kind == "deletionProtection":
        change = {kind: p[kind]}
        return start_update(call, cluster, "DeletionProtectionUpdate", [("DeletionProtection", p[kind])], change)
    if kind == "logging":
        on = {t for e in cluster["logging"]["clusterLogging"] if e["enabled"] for t in e["types"]}
        for entry in p["logging"].get("clusterLogging", []):
            (on.update if entry.get("enabled") else on.difference_update)(entry.get("types", []))
        wanted = _logging({"clusterLogging": [{"types": list(on), "enabled": True}]})
        if wanted == cluster["logging"]:
            raise invalid("No changes needed for the logging config provided", clusterName=name)
        return start_update(call, cluster, "LoggingUpdate", [("ClusterLogging", p["logging"])], {"logging": wanted})
    if kind == "resourcesVpcConfig":
        return _update_vpc(call, cluster, p[kind])
    if kind == "accessConfig":
        order = ["CONFIG_MAP", "API_AND_CONFIG_MAP", "API"]
        mode, current = p[kind]["authenticationMode"], cluster["accessConfig"]["authenticationMode"]
        if order.index(mode) < order.index(current):
            raise invalid(f"Unsupported authentication mode update from {current} to {mode}", clusterName=name)
        return start_update(call, cluster, "AccessConfigUpdate", [("AuthenticationMode", mode)],
                            {"accessConfig": {**cluster["accessConfig"], "authenticationMode": mode}})
    update_type = {"upgradePolicy": "UpgradePolicyUpdate", "zonalShiftConfig": "ZonalShiftConfigUpdate",
                   "computeConfig": "AutoModeUpdate", "remoteNetworkConfig": "RemoteNetworkConfigUpdate"}[kind]
    return start_update(call, cluster, update_type, [(kind[0].upper() + kind[1:], p[kind])],
                        {kind: {**(cluster.get(kind) or {}), **p[kind]}})


def _update_vpc(call, cluster, given):
    name, current = cluster["name"], cluster["resourcesVpcConfig"]
    wanted = dict(current)
    for field in ("endpointPublicAccess", "endpointPrivateAccess", "publicAccessCidrs", "subnetIds", "securityGroupIds"):
        if given.get(field) is not None:
            wanted[field] = given[field]
    if {k: sorted(v) if isinstance(v, list) else v for k, v in wanted.items()} == \
            {k: sorted(v) if isinstance(v, list) else v for k, v in current.items()}:
        raise invalid("Cluster is already at the desired configuration", clusterName=name)
    if not wanted["endpointPublicAccess"] and not wanted["endpointPrivateAccess"]:
        raise invalid("Private and public endpoint access cannot be false", clusterName=name)
    if given.get("subnetIds"):
        for subnet in check_subnets(call, given["subnetIds"], name):
            if subnet.vpc_id != current["vpcId"]:
                raise invalid("Subnets must be in the VPC of the cluster", clusterName=name)
    check_groups(call, given.get("securityGroupIds") or [], current["vpcId"], name)
    moved = given.get("subnetIds") or given.get("securityGroupIds")
    names = {"endpointPublicAccess": "EndpointPublicAccess", "endpointPrivateAccess": "EndpointPrivateAccess",
             "publicAccessCidrs": "PublicAccessCidrs", "subnetIds": "Subnets", "securityGroupIds": "SecurityGroups"}
    return start_update(call, cluster, "VpcConfigUpdate" if moved else "EndpointAccessUpdate",
                        [(names[k], given[k]) for k in names if given.get(k) is not None], {"resourcesVpcConfig": wanted})


@operation("eks.AssociateEncryptionConfig")
def associate_encryption(call):
    cluster, config = cluster_of(call, call.params.get("clusterName")), call.params["encryptionConfig"]
    if cluster.get("encryptionConfig"):
        raise invalid("Encryption is already enabled for the cluster", clusterName=cluster["name"])
    return start_update(call, cluster, "AssociateEncryptionConfig", [("EncryptionConfig", config)], {"encryptionConfig": config})


# ---------------------------------------------------------------- tags

def tagged(call, resource_arn):
    """Whatever of EKS has the ARN, whose `tags` are then read or changed."""
    for cluster in clusters(call).values():
        if cluster["arn"] == resource_arn:
            return cluster
        for kind, field in (("nodegroups", "nodegroupArn"), ("addons", "addonArn"), ("entries", "accessEntryArn"),
                            ("pods", "associationArn"), ("fargate", "fargateProfileArn"), ("idps", "identityProviderConfigArn"),
                            ("capabilities", "arn")):
            for thing in parts_of(cluster, kind).values():
                if thing.get(field) == resource_arn:
                    return thing
    raise AwsError("NotFoundException", f"Resource was not found: {resource_arn}", status=404)


@operation("eks.TagResource")
def tag_resource(call):
    tagged(call, call.params["resourceArn"])["tags"].update(call.params["tags"])


@operation("eks.UntagResource")
def untag_resource(call):
    tags = tagged(call, call.params["resourceArn"])["tags"]
    for key in call.params["tagKeys"]:
        tags.pop(key, None)


@operation("eks.ListTagsForResource")
def list_tags(call):
    return {"tags": tagged(call, call.params["resourceArn"])["tags"]}


