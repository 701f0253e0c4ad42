"""EKS managed node groups, their Auto Scaling groups, and Fargate profiles.

https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateNodegroup.html
https://docs.aws.amazon.com/eks/latest/userguide/managed-node-groups.html
"""
import copy
import re
import uuid

from moto.autoscaling.models import FakeAutoScalingGroup, autoscaling_backends
from moto.ec2.models import ec2_backends

from . import lookups, state
from .core import now, operation, page
from .eks import (arn, check_subnets, cluster_of, in_use, invalid, issues, need_role, not_found, parts_of, saw, shown,
                  start_update)
from .eks_catalog import VERSIONS, minor, release_version

ARM = re.compile(r"^(a1|[a-z]+\d+g[a-z]*)\.")
TAINT_EFFECTS = ("NO_SCHEDULE", "NO_EXECUTE", "PREFER_NO_SCHEDULE")


def nodegroup_of(call):
    cluster = cluster_of(call)
    name = call.params["nodegroupName"]
    group = parts_of(cluster, "nodegroups").get(name)
    if group is None:
        raise not_found(f"No node group found for name: {name}.", clusterName=cluster["name"], nodegroupName=name)
    return cluster, group


@operation("eks.CreateNodegroup")
def create_nodegroup(call):
    p = call.params
    name = p["nodegroupName"]
    cluster = cluster_of(call, active=True)
    where = {"clusterName": cluster["name"], "nodegroupName": name}
    existing = parts_of(cluster, "nodegroups").get(name)
    if existing:
        if p.get("clientRequestToken") and p["clientRequestToken"] == existing["_token"]:
            return {"nodegroup": shown(existing)}
        raise in_use(f"NodeGroup already exists with name {name} and cluster name {cluster['name']}", **where)
    if not re.fullmatch(r"[0-9A-Za-z][A-Za-z0-9\-_]{0,62}", name):
        raise invalid(f"nodegroupName {name!r} is not valid", **where)
    role_name = p["nodeRole"].split("/")[-1]
    need_role(call, p["nodeRole"], f"The role with name {role_name} cannot be found.")
    for subnet in check_subnets(call, p.get("subnets") or [], cluster["name"]):
        if subnet.vpc_id != cluster["resourcesVpcConfig"]["vpcId"]:
            raise invalid(f"Subnet {subnet.id} is not in the VPC of the cluster", **where)
    scaling = check_scaling(p.get("scalingConfig") or {}, {"minSize": 1, "maxSize": 2, "desiredSize": 2}, where)
    check_taints(p.get("taints") or [], where)
    template, data = _template(call, p, where)
    version, release = _versions(cluster, p, where)
    ami, types = _machines(p, template, data, where)
    if ami == "CUSTOM":
        release = data.get("ImageId")
    group = {
        "nodegroupName": name, "clusterName": cluster["name"], "version": version, "releaseVersion": release,
        "nodegroupArn": arn(call, f"nodegroup/{cluster['name']}/{name}/{uuid.uuid4()}"),
        "createdAt": now(), "modifiedAt": now(), "capacityType": p.get("capacityType") or "ON_DEMAND",
        "scalingConfig": scaling, "instanceTypes": types, "subnets": list(p["subnets"]), "amiType": ami,
        "nodeRole": p["nodeRole"], "labels": dict(p.get("labels") or {}), "taints": [dict(t) for t in p.get("taints") or []] or None,
        "diskSize": None if template else p.get("diskSize") or 20, "remoteAccess": p.get("remoteAccess"),
        "health": {"issues": []}, "updateConfig": p.get("updateConfig") or {"maxUnavailable": 1},
        "nodeRepairConfig": p.get("nodeRepairConfig"), "launchTemplate": template, "tags": dict(p.get("tags") or {}),
        "_token": p.get("clientRequestToken"), "_asg": None, "_owned_template": None}
    parts_of(cluster, "nodegroups")[name] = group
    from .eks_access import admit_nodes
    admit_nodes(call, cluster, group["nodeRole"])
    fail = call.effects.get("fail")
    if fail:
        group["_fail"] = issues(fail, "AsgInstanceLaunchFailures")
    state.start(call, group, "status", "CREATING", "CREATE_FAILED" if fail else "ACTIVE", "eks.nodegroup_ready")
    return {"nodegroup": shown(group)}


def check_scaling(given, current, where):
    wanted = {**current, **given}
    if wanted["minSize"] > wanted["maxSize"]:
        raise invalid("Minimum capacity {minSize} can't be greater than maximum size {maxSize}".format(**wanted), **where)
    if not wanted["minSize"] <= wanted["desiredSize"] <= wanted["maxSize"]:
        raise invalid("desired capacity {desiredSize} must be between minimum {minSize} and maximum {maxSize}".format(**wanted), **where)
    if wanted["minSize"] < 0 or wanted["maxSize"] < 1:
        raise invalid("maxSize must be at least 1 and minSize at least 0", **where)
    return wanted


def check_taints(taints, where):
    seen = set()
    for taint in taints:
        if taint.get("effect") not in TAINT_EFFECTS:
            raise invalid(f"Taint effect must be one of {list(TAINT_EFFECTS)}", **where)
        if (taint.get("key"), taint["effect"]) in seen:
            raise invalid(f"Duplicate taint {taint.get('key')} with effect {taint['effect']}", **where)
        seen.add((taint.get("key"), taint["effect"]))


def _template(call, p, where):
    """The launch template as EKS answers it (id, name and version), and the data of that version.

    https://docs.aws.amazon.com/eks/latest/userguide/launch-templates.html
    """
    given = p.get("launchTemplate")
    if not given:
        return None, {}
    if given.get("id") and given.get("name"):
        raise invalid("You must specify either the launch template ID or the launch template name in the request, but not both.", **where)
    for field, message in (("diskSize", "Disk size must be specified within the launch template."),
                           ("remoteAccess", "Remote access configuration cannot be specified with a launch template.")):
        if p.get(field):
            raise invalid(message, **where)
    found = lookups.launch_template(call, given.get("id"), given.get("name"))
    if found is None:
        raise invalid(f"Launch template {given.get('id') or given.get('name')} could not be found.", **where)
    version = str(given.get("version") or found.default_version_number)
    number = {"$Latest": found.latest_version_number, "$Default": found.default_version_number}.get(version, version)
    data = next((v.data for v in found.versions if v is not None and str(v.number) == str(number)), None)
    if data is None:
        raise invalid(f"Could not find the specified version {version} for the launch template {found.id}.", **where)
    for field in ("IamInstanceProfile", "HibernationOptions"):
        if data.get(field):
            raise invalid(f"{field} cannot be specified in the launch template of a node group.", **where)
    if any(n.get("SubnetId") for n in data.get("NetworkInterfaces") or []):
        raise invalid("Subnets cannot be specified in the launch template of a node group.", **where)
    return {"id": found.id, "name": found.name, "version": str(number)}, data


def _versions(cluster, p, where):
    version = p.get("version") or cluster["version"]
    if version not in VERSIONS or minor(version) > minor(cluster["version"]):
        raise invalid(f"Nodegroup Kubernetes version {version} is not supported with cluster version {cluster['version']}", **where)
    release = p.get("releaseVersion") or release_version(version)
    if not release.startswith(version + ".") and not release.startswith("ami-"):
        raise invalid(f"Requested release version {release} is not valid for kubernetes version {version}.", **where)
    return version, release


def _machines(p, template, data, where):
    ami, types = p.get("amiType"), list(p.get("instanceTypes") or [])
    if data.get("ImageId"):
        if ami and ami != "CUSTOM":
            raise invalid("You cannot specify an AMI Type when specifying an image within the launch template.", **where)
        ami = "CUSTOM"
    all_types = types or ([data["InstanceType"]] if data.get("InstanceType") else ["t3.medium"])
    if not ami:
        ami = "AL2023_ARM_64_STANDARD" if ARM.match(all_types[0]) else "AL2023_x86_64_STANDARD"
    if ami != "CUSTOM" and types:
        arm = "ARM" in ami
        wrong = [t for t in types if bool(ARM.match(t)) != arm]
        if wrong:
            raise invalid(f"{wrong} is not a valid instance type for requested amiType {ami}", **where)
    if not types and not data.get("InstanceType"):
        types = ["t3.medium"]
    return ami, types or None


# ---------------------------------------------------------------- the Auto Scaling group

@state.finisher("eks.nodegroup_ready")
def nodegroup_ready(passage):
    group = passage.thing
    if group.get("_fail"):
        group["health"] = {"issues": group["_fail"]}
    _make_group(passage.account, passage.region, group)
    group["resources"] = {"autoScalingGroups": [{"name": group["_asg"]}]}
    if group.get("remoteAccess"):
        group["resources"]["remoteAccessSecurityGroup"] = None


def _make_group(account, region, group):
    """The Auto Scaling group and the launch template EKS keeps in the account for a node group, without instances.

    https://docs.aws.amazon.com/eks/latest/userguide/managed-node-groups.html (tags on the Auto Scaling group)
    """
    ec2, autoscaling = ec2_backends[account][region], autoscaling_backends[account][region]
    cluster, name = group["clusterName"], group["nodegroupName"]
    asg_name = f"eks-{name}-{group['nodegroupArn'].rsplit('/', 1)[1]}"
    template = ec2.create_launch_template(
        asg_name, "", {"InstanceType": (group["instanceTypes"] or ["t3.medium"])[0], "UserData": ""},
        {"launch-template": {"eks:cluster-name": cluster, "eks:nodegroup-name": name}})
    tags = {"eks:cluster-name": cluster, "eks:nodegroup-name": name, f"k8s.io/cluster-autoscaler/{cluster}": "owned",
            "k8s.io/cluster-autoscaler/enabled": "true", f"kubernetes.io/cluster/{cluster}": "owned"}
    subnets = ",".join(group["subnets"])
    made = FakeAutoScalingGroup(
        name=asg_name, availability_zones=[], desired_capacity=0, max_size=0, min_size=0, launch_config_name=None,
        launch_template={"LaunchTemplateId": template.id, "Version": "1"}, vpc_zone_identifier=subnets,
        default_cooldown=300, health_check_period=15, health_check_type="EC2", load_balancers=[], target_group_arns=[],
        placement_group=None, termination_policies=["AllocationStrategy", "OldestLaunchTemplate", "OldestInstance"],
        autoscaling_backend=autoscaling, ec2_backend=ec2, mixed_instances_policy=None,
        capacity_rebalance=group["capacityType"] == "SPOT",
        tags=[{"ResourceId": asg_name, "ResourceType": "auto-scaling-group", "Key": k, "Value": v, "PropagateAtLaunch": True}
              for k, v in tags.items()])
    autoscaling.autoscaling_groups[asg_name] = made
    group["_asg"], group["_owned_template"] = asg_name, template.id
    carry_scaling(account, region, group)


def carry_scaling(account, region, group):
    """The node group's sizes on its Auto Scaling group. Instances are not emulated: nothing reads them."""
    made = autoscaling_backends[account][region].autoscaling_groups.get(group["_asg"])
    if made is not None:
        scaling = group["scalingConfig"]
        made.min_size, made.max_size, made.desired_capacity = scaling["minSize"], scaling["maxSize"], scaling["desiredSize"]


@state.finisher("eks.nodegroup_gone")
def nodegroup_gone(passage):
    group = passage.thing
    autoscaling_backends[passage.account][passage.region].autoscaling_groups.pop(group["_asg"], None)
    ec2 = ec2_backends[passage.account][passage.region]
    template = ec2.launch_templates.pop(group["_owned_template"], None)
    if template is not None:
        ec2.launch_template_name_to_ids.pop(template.name, None)
    cluster = state.table(passage.account, passage.region, "eks", "clusters").get(group["clusterName"])
    if cluster:
        groups = parts_of(cluster, "nodegroups")
        groups.pop(group["nodegroupName"], None)
        if not any(g["nodeRole"] == group["nodeRole"] for g in groups.values()):
            entry = parts_of(cluster, "entries").get(group["nodeRole"])
            if entry and entry.get("_by_eks"):
                parts_of(cluster, "entries").pop(group["nodeRole"])


# ---------------------------------------------------------------- reads, updates, deletion

def nodegroup_shown(call, group):
    view = shown(group)
    asg = group["_asg"] and autoscaling_backends[call.account][call.region].autoscaling_groups.get(group["_asg"])
    if asg and group["status"] == "ACTIVE" and asg.desired_capacity is not None:
        # The autoscaler sets the desired size on the Auto Scaling group, and EKS shows it.
        view["scalingConfig"] = {**group["scalingConfig"], "desiredSize": asg.desired_capacity}
    return view


@operation("eks.DescribeNodegroup")
def describe_nodegroup(call):
    _, group = nodegroup_of(call)
    saw(call, group)
    return {"nodegroup": nodegroup_shown(call, group)}


@operation("eks.ListNodegroups")
def list_nodegroups(call):
    names, token = page(sorted(parts_of(cluster_of(call), "nodegroups")), call.params.get("maxResults", 100),
                        call.params.get("nextToken"))
    return {"nodegroups": names, "nextToken": token}


@operation("eks.UpdateNodegroupConfig")
def update_nodegroup_config(call):
    # https://docs.aws.amazon.com/eks/latest/APIReference/API_UpdateNodegroupConfig.html
    cluster, group = nodegroup_of(call)
    p, where = call.params, {"clusterName": cluster["name"], "nodegroupName": group["nodegroupName"]}
    change, told = {}, []
    if p.get("labels"):
        labels = dict(group["labels"])
        labels.update(p["labels"].get("addOrUpdateLabels") or {})
        for key in p["labels"].get("removeLabels") or []:
            labels.pop(key, None)
        change["labels"] = labels
        told += [("LabelsToAdd", p["labels"].get("addOrUpdateLabels")), ("LabelsToRemove", p["labels"].get("removeLabels"))]
    if p.get("taints"):
        by_key = {(t.get("key"), t.get("effect")): t for t in group.get("taints") or []}
        for taint in p["taints"].get("removeTaints") or []:
            by_key.pop((taint.get("key"), taint.get("effect")), None)
        for taint in p["taints"].get("addOrUpdateTaints") or []:
            by_key[(taint.get("key"), taint.get("effect"))] = dict(taint)
        check_taints(by_key.values(), where)
        change["taints"] = list(by_key.values()) or None
        told += [("TaintsToAdd", p["taints"].get("addOrUpdateTaints")), ("TaintsToRemove", p["taints"].get("removeTaints"))]
    if p.get("scalingConfig"):
        current = nodegroup_shown(call, group)["scalingConfig"]
        change["scalingConfig"] = check_scaling(p["scalingConfig"], current, where)
        told += [(k[0].upper() + k[1:], v) for k, v in p["scalingConfig"].items()]
    if p.get("updateConfig"):
        change["updateConfig"] = p["updateConfig"]
        told += [(k[0].upper() + k[1:], v) for k, v in p["updateConfig"].items()]
    if p.get("nodeRepairConfig"):
        change["nodeRepairConfig"] = p["nodeRepairConfig"]
        told += [("NodeRepairEnabled", p["nodeRepairConfig"].get("enabled"))]
    return start_update(call, group, "ConfigUpdate", [(k, v) for k, v in told if v is not None], change, "node group", fields=where)


@operation("eks.UpdateNodegroupVersion")
def update_nodegroup_version(call):
    # https://docs.aws.amazon.com/eks/latest/APIReference/API_UpdateNodegroupVersion.html
    cluster, group = nodegroup_of(call)
    p, where = call.params, {"clusterName": cluster["name"], "nodegroupName": group["nodegroupName"]}
    change, told = {}, []
    if p.get("launchTemplate"):
        if not group["launchTemplate"]:
            raise invalid("The node group was not created with a launch template.", **where)
        template, data = _template(call, {"launchTemplate": p["launchTemplate"]}, where)
        if template["id"] != group["launchTemplate"]["id"]:
            raise invalid("Launch template name or id cannot be changed, only its version.", **where)
        change["launchTemplate"] = template
        told += [("LaunchTemplateName", template["name"]), ("LaunchTemplateVersion", template["version"])]
    if p.get("version") or p.get("releaseVersion") or not p.get("launchTemplate"):
        version = p.get("version") or (p["releaseVersion"].rsplit(".", 1)[0] if p.get("releaseVersion") else cluster["version"])
        version, release = _versions(cluster, {**p, "version": version}, where)
        if minor(version) < minor(group["version"]):
            raise invalid(f"Nodegroup cannot be downgraded from {group['version']} to {version}", **where)
        change.update(version=version, releaseVersion=release)
        told += [("Version", version), ("ReleaseVersion", release)]
    return start_update(call, group, "VersionUpdate", told, change, "node group", fields=where)


@operation("eks.DeleteNodegroup")
def delete_nodegroup(call):
    cluster, group = nodegroup_of(call)
    if group["status"] in ("DELETING", "UPDATING", "CREATING"):
        raise in_use(f"Nodegroup is in {group['status']} status", clusterName=cluster["name"], nodegroupName=group["nodegroupName"])
    state.start(call, group, "status", "DELETING", "DELETED", "eks.nodegroup_gone")
    return {"nodegroup": shown(group)}


# ---------------------------------------------------------------- Fargate profiles

@operation("eks.CreateFargateProfile")
def create_fargate_profile(call):
    cluster, p = cluster_of(call, active=True), call.params
    name, profiles = p["fargateProfileName"], parts_of(cluster, "fargate")
    if name in profiles:
        raise in_use("A Fargate Profile already exists with this name in this cluster.", clusterName=cluster["name"])
    need_role(call, p["podExecutionRoleArn"], f"The role {p['podExecutionRoleArn']} cannot be found")
    if not p.get("selectors"):
        raise invalid("Fargate Profile requires at least one selector.", clusterName=cluster["name"], fargateProfileName=name)
    profile = {"fargateProfileName": name, "clusterName": cluster["name"], "createdAt": now(),
               "fargateProfileArn": arn(call, f"fargateprofile/{cluster['name']}/{name}/{uuid.uuid4()}"),
               "podExecutionRoleArn": p["podExecutionRoleArn"], "subnets": p.get("subnets") or [],
               "selectors": copy.deepcopy(p["selectors"]), "tags": dict(p.get("tags") or {}), "health": {"issues": []}}
    profiles[name] = profile
    state.start(call, profile, "status", "CREATING", "ACTIVE")
    return {"fargateProfile": shown(profile)}


def _fargate_of(call):
    cluster, name = cluster_of(call), call.params["fargateProfileName"]
    profile = parts_of(cluster, "fargate").get(name)
    if profile is None:
        raise not_found(f"No Fargate Profile found with name: {name}.", clusterName=cluster["name"], fargateProfileName=name)
    return profile


@operation("eks.DescribeFargateProfile")
def describe_fargate_profile(call):
    profile = _fargate_of(call)
    state.seen([profile])
    return {"fargateProfile": shown(profile)}


@operation("eks.ListFargateProfiles")
def list_fargate_profiles(call):
    names, token = page(sorted(parts_of(cluster_of(call), "fargate")), call.params.get("maxResults"), call.params.get("nextToken"))
    return {"fargateProfileNames": names, "nextToken": token}


@operation("eks.DeleteFargateProfile")
def delete_fargate_profile(call):
    profile = _fargate_of(call)
    state.start(call, profile, "status", "DELETING", "DELETED", "eks.fargate_gone")
    return {"fargateProfile": shown(profile)}


@state.finisher("eks.fargate_gone")
def fargate_gone(passage):
    cluster = state.table(passage.account, passage.region, "eks", "clusters").get(passage.thing["clusterName"])
    if cluster:
        parts_of(cluster, "fargate").pop(passage.thing["fargateProfileName"], None)
