"""Placement groups, which moto does not have.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/placement-groups.html
"""
from moto.ec2.utils import EC2_PREFIX_TO_RESOURCE, EC2_RESOURCE_TO_PREFIX

from . import lookups, state
from .core import AwsError, hex_id, operation
from .ec2_options import tags_of

# What moto takes for an id that can have tags.
EC2_RESOURCE_TO_PREFIX["placement-group"] = "pg"
EC2_PREFIX_TO_RESOURCE["pg"] = "placement-group"


def groups(account, region):
    return state.table(account, region, "ec2", "placement_groups")


def _invalid(message):
    return AwsError("InvalidParameterValue", message)


@operation("ec2.CreatePlacementGroup")
def create(call):
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreatePlacementGroup.html
    p, held = call.params, groups(call.account, call.region)
    name, strategy = p.get("GroupName"), p.get("Strategy") or "cluster"
    if name in held:
        raise AwsError("InvalidPlacementGroup.Duplicate", f"The Placement Group '{name}' already exists.")
    if strategy not in ("cluster", "partition", "spread"):
        raise _invalid(f"The strategy '{strategy}' is invalid.")
    if p.get("PartitionCount") and (strategy != "partition" or not 1 <= p["PartitionCount"] <= 7):
        raise _invalid("The partition count is for partition placement groups, and is from 1 to 7.")
    if p.get("SpreadLevel") and strategy != "spread":
        raise _invalid("The spread level is for spread placement groups.")
    group_id = hex_id("pg-")
    made = {"GroupName": name, "GroupId": group_id, "Strategy": strategy,
            "GroupArn": f"arn:aws:ec2:{call.region}:{call.account}:placement-group/{name}"}
    if strategy == "partition":
        made["PartitionCount"] = p.get("PartitionCount") or 2
    if strategy == "spread":
        made["SpreadLevel"] = p.get("SpreadLevel") or "rack"
    held[name] = made
    tags = tags_of(call, "placement-group")
    if tags:
        lookups.ec2(call).create_tags([group_id], tags)
    state.start(call, made, "State", "pending", "available")
    return {"PlacementGroup": _shown(call, made)}


def _shown(call, group):
    tags = lookups.ec2(call).tags.get(group["GroupId"]) or {}
    return {**group, "Tags": [{"Key": k, "Value": v} for k, v in tags.items()]}


@operation("ec2.DescribePlacementGroups")
def describe(call):
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribePlacementGroups.html
    p, held = call.params, groups(call.account, call.region)
    for name in p.get("GroupNames") or []:
        if name not in held:
            raise AwsError("InvalidPlacementGroup.Unknown", f"The Placement Group '{name}' is unknown.")
    wanted = [g for g in held.values() if (not p.get("GroupNames") or g["GroupName"] in p["GroupNames"])
              and (not p.get("GroupIds") or g["GroupId"] in p["GroupIds"])]
    state.seen(wanted)
    return {"PlacementGroups": [_shown(call, g) for g in wanted]}


@operation("ec2.DeletePlacementGroup")
def delete(call):
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeletePlacementGroup.html
    name, held = call.params["GroupName"], groups(call.account, call.region)
    if name not in held:
        raise AwsError("InvalidPlacementGroup.Unknown", f"The Placement Group '{name}' is unknown.")
    instances = [i for r in lookups.ec2(call).reservations.values() for i in r.instances if i.state_code != 48]
    if any(getattr(i, "placement_group", None) == name for i in instances):
        raise AwsError("InvalidPlacementGroup.InUse", f"The placement group '{name}' is in use and may not be deleted.")
    state.start(call, held[name], "State", "deleting", "deleted", "ec2.placement_group_gone", {"name": name})
    return {}


@state.finisher("ec2.placement_group_gone")
def gone(passage):
    groups(passage.account, passage.region).pop(passage.data["name"], None)
    lookups.ec2_backends[passage.account][passage.region].tags.pop(passage.thing["GroupId"], None)
