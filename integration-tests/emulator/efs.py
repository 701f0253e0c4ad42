"""EFS, answered whole by the layer: file systems, mount targets and access points pass through their states.

https://docs.aws.amazon.com/efs/latest/ug/api-reference.html
"""
import ipaddress
import json
import uuid

from moto.ec2.models import ec2_backends

from . import lookups, state
from .core import AwsError, hex_id, now, operation, page


def _table(call, name):
    return state.table(call.account, call.region, "efs", name)


def _error(code, message, status=400, **fields):
    return AwsError(code, message, status=status, ErrorCode=code, **fields)


def _bad(message):
    return _error("BadRequest", message)


def _arn(call, resource):
    return f"arn:aws:elasticfilesystem:{call.region}:{call.account}:{resource}"


def _named(tags):
    return next((t["Value"] for t in tags if t["Key"] == "Name"), None)


def _shown(thing):
    return {k: v for k, v in thing.items() if not k.startswith("_") and v is not None}


def _paged(call, rows, key, size_name="MaxItems", token_name="Marker", next_name="NextMarker", default=100):
    shown, token = page(rows, call.params.get(size_name) or default, call.params.get(token_name), _bad("Invalid Marker"))
    state.seen(shown)
    return {key: [_shown(r) for r in shown], next_name: token}


# ---------------------------------------------------------------- file systems

def _file_system(call, file_system_id=None):
    file_system_id = (file_system_id or call.params["FileSystemId"]).rsplit("/", 1)[-1]
    found = _table(call, "file_systems").get(file_system_id)
    if found is None:
        raise _error("FileSystemNotFound", f"File system '{file_system_id}' does not exist.", 404)
    return found


@operation("efs.CreateFileSystem")
def create_file_system(call):
    # https://docs.aws.amazon.com/efs/latest/ug/API_CreateFileSystem.html
    p = call.params
    token = p.get("CreationToken") or str(uuid.uuid4())
    for other in _table(call, "file_systems").values():
        if other["CreationToken"] == token:
            raise _error("FileSystemAlreadyExists", f"File system '{other['FileSystemId']}' already exists with creation token "
                         f"'{token}'", 409, FileSystemId=other["FileSystemId"])
    if p.get("KmsKeyId") and not p.get("Encrypted"):
        raise _bad("KmsKeyId is set, but the file system is not to be encrypted.")
    if p.get("ThroughputMode") == "provisioned" and not p.get("ProvisionedThroughputInMibps"):
        raise _bad("ProvisionedThroughputInMibps is required with the throughput mode provisioned")
    file_system_id, tags = hex_id("fs-"), [dict(t) for t in p.get("Tags") or []]
    one_zone, encrypted = p.get("AvailabilityZoneName"), bool(p.get("Encrypted", False))
    made = {"OwnerId": call.account, "CreationToken": token, "FileSystemId": file_system_id,
            "FileSystemArn": _arn(call, f"file-system/{file_system_id}"), "CreationTime": now(), "Name": _named(tags),
            "NumberOfMountTargets": 0, "SizeInBytes": {"Value": 6144, "ValueInIA": 0, "ValueInStandard": 6144, "ValueInArchive": 0},
            "PerformanceMode": p.get("PerformanceMode") or "generalPurpose", "Encrypted": encrypted,
            "KmsKeyId": _key_arn(call, p.get("KmsKeyId")) if encrypted else None,
            "ThroughputMode": p.get("ThroughputMode") or "bursting",
            "ProvisionedThroughputInMibps": p.get("ProvisionedThroughputInMibps"), "Tags": tags,
            "AvailabilityZoneName": one_zone, "AvailabilityZoneId": _zone_id(call, one_zone),
            "FileSystemProtection": {"ReplicationOverwriteProtection": "ENABLED"},
            "_lifecycle": [], "_policy": None, "_backup": "ENABLED" if p.get("Backup") or (one_zone and p.get("Backup") is None) else "DISABLED"}
    _table(call, "file_systems")[file_system_id] = made
    state.start(call, made, "LifeCycleState", "creating", "error" if call.effects.get("fail") else "available")
    return _shown(made)


def _key_arn(call, key):
    if not key:
        return f"arn:aws:kms:{call.region}:{call.account}:key/{uuid.uuid5(uuid.NAMESPACE_URL, call.account + call.region)}"
    if key.startswith("arn:") and ":key/" in key:
        return key
    from moto.kms.models import kms_backends
    kms = kms_backends[call.account][call.region]
    alias = key.rsplit(":", 1)[-1]
    if alias.startswith("alias/"):
        key = kms.get_key_id_from_alias(alias) or key
    return f"arn:aws:kms:{call.region}:{call.account}:key/{key}"


def _zone_id(call, name):
    return name and next((z.zone_id for z in lookups.ec2(call).describe_availability_zones() if z.name == name), None)


@operation("efs.DescribeFileSystems")
def describe_file_systems(call):
    p = call.params
    if p.get("FileSystemId"):
        return _paged(call, [_file_system(call)], "FileSystems")
    rows = [f for f in _table(call, "file_systems").values() if p.get("CreationToken") in (None, f["CreationToken"])]
    return _paged(call, rows, "FileSystems")


@operation("efs.UpdateFileSystem")
def update_file_system(call):
    # https://docs.aws.amazon.com/efs/latest/ug/API_UpdateFileSystem.html
    p, found = call.params, _file_system(call)
    _need_available(found)
    mode = p.get("ThroughputMode") or found["ThroughputMode"]
    if mode == "provisioned" and not (p.get("ProvisionedThroughputInMibps") or found.get("ProvisionedThroughputInMibps")):
        raise _bad("ProvisionedThroughputInMibps is required with the throughput mode provisioned")
    found["ProvisionedThroughputInMibps"] = (p.get("ProvisionedThroughputInMibps") or found.get("ProvisionedThroughputInMibps")) \
        if mode == "provisioned" else None
    found["ThroughputMode"] = mode
    state.start(call, found, "LifeCycleState", "updating", "available")
    return _shown(found)


@operation("efs.UpdateFileSystemProtection")
def update_protection(call):
    found = _file_system(call)
    found["FileSystemProtection"] = {"ReplicationOverwriteProtection": call.params.get("ReplicationOverwriteProtection", "ENABLED")}
    return found["FileSystemProtection"]


def _need_available(found):
    if found["LifeCycleState"] not in ("available", "updating"):
        raise _error("IncorrectFileSystemLifeCycleState", f"File system {found['FileSystemId']} is in state {found['LifeCycleState']}", 409)


@operation("efs.DeleteFileSystem")
def delete_file_system(call):
    # https://docs.aws.amazon.com/efs/latest/ug/API_DeleteFileSystem.html
    found = _file_system(call)
    if found["NumberOfMountTargets"]:
        raise _error("FileSystemInUse", "Must delete all mount targets before deleting file system.", 409)
    # The documentation lets access points go with their file system.
    points = _table(call, "access_points")
    for point_id in [i for i, a in points.items() if a["FileSystemId"] == found["FileSystemId"]]:
        del points[point_id]
    state.start(call, found, "LifeCycleState", "deleting", "deleted", "efs.file_system_gone")


@state.finisher("efs.file_system_gone")
def file_system_gone(passage):
    state.table(passage.account, passage.region, "efs", "file_systems").pop(passage.thing["FileSystemId"], None)


@operation("efs.PutLifecycleConfiguration")
def put_lifecycle(call):
    found = _file_system(call)
    _need_available(found)
    # Each policy object may hold one transition only.
    # https://docs.aws.amazon.com/efs/latest/ug/API_PutLifecycleConfiguration.html
    if any(len(policy) != 1 for policy in call.params["LifecyclePolicies"]):
        raise _bad("Each LifecyclePolicy object can have only a single transition")
    found["_lifecycle"] = [dict(policy) for policy in call.params["LifecyclePolicies"]]
    return {"LifecyclePolicies": found["_lifecycle"]}


@operation("efs.DescribeLifecycleConfiguration")
def describe_lifecycle(call):
    return {"LifecyclePolicies": _file_system(call)["_lifecycle"]}


@operation("efs.PutBackupPolicy")
def put_backup(call):
    # https://docs.aws.amazon.com/efs/latest/ug/API_PutBackupPolicy.html
    found = _file_system(call)
    _need_available(found)
    found["_backup"] = call.params["BackupPolicy"]["Status"]
    return {"BackupPolicy": {"Status": {"ENABLED": "ENABLING", "DISABLED": "DISABLING"}[found["_backup"]]}}


@operation("efs.DescribeBackupPolicy")
def describe_backup(call):
    return {"BackupPolicy": {"Status": _file_system(call)["_backup"]}}


@operation("efs.PutFileSystemPolicy")
def put_policy(call):
    found = _file_system(call)
    try:
        json.loads(call.params["Policy"])
    except ValueError:
        raise _error("InvalidPolicyException", "The policy is no JSON")
    found["_policy"] = call.params["Policy"]
    return {"FileSystemId": found["FileSystemId"], "Policy": found["_policy"]}


@operation("efs.DescribeFileSystemPolicy")
def describe_policy(call):
    found = _file_system(call)
    if not found["_policy"]:
        raise _error("PolicyNotFound", f"No policy for file system {found['FileSystemId']}", 404)
    return {"FileSystemId": found["FileSystemId"], "Policy": found["_policy"]}


@operation("efs.DeleteFileSystemPolicy")
def delete_policy(call):
    _file_system(call)["_policy"] = None


# ---------------------------------------------------------------- mount targets

def _mount_target(call):
    found = _table(call, "mount_targets").get(call.params["MountTargetId"])
    if found is None:
        raise _error("MountTargetNotFound", f"Mount target '{call.params['MountTargetId']}' does not exist.", 404)
    return found


@operation("efs.CreateMountTarget")
def create_mount_target(call):
    # https://docs.aws.amazon.com/efs/latest/ug/API_CreateMountTarget.html
    p, file_system = call.params, _file_system(call)
    _need_available(file_system)
    subnet = lookups.subnet(call, p["SubnetId"])
    if subnet is None:
        raise _error("SubnetNotFound", f"The subnet ID '{p['SubnetId']}' does not exist")
    groups = p.get("SecurityGroups") or []
    if len(groups) > 5:
        raise _error("SecurityGroupLimitExceeded", "The maximum number of security groups per interface has been reached.")
    _check_groups(call, groups, subnet.vpc_id)
    others = [m for m in _table(call, "mount_targets").values() if m["FileSystemId"] == file_system["FileSystemId"]]
    if any(m["VpcId"] != subnet.vpc_id for m in others):
        raise _error("MountTargetConflict", "requested subnet for new mount target is not in the same VPC as existing mount targets", 409)
    if any(m["AvailabilityZoneName"] == subnet.availability_zone for m in others):
        raise _error("MountTargetConflict", "mount target already exists in this AZ", 409)
    if p.get("IpAddress") and ipaddress.ip_address(p["IpAddress"]) not in ipaddress.ip_network(subnet.cidr_block):
        raise _bad("Address does not fall within the subnet's address range")
    eni = lookups.ec2(call).create_network_interface(subnet, p.get("IpAddress"), group_ids=groups or None)
    target_id = hex_id("fsmt-")
    eni.description, eni.requester_managed, eni.requester_id, eni.status = f"EFS mount target for {file_system['FileSystemId']} ({target_id})", True, call.account, "in-use"
    made = {"OwnerId": call.account, "MountTargetId": target_id, "FileSystemId": file_system["FileSystemId"],
            "SubnetId": subnet.id, "IpAddress": eni.private_ip_address, "NetworkInterfaceId": eni.id,
            "AvailabilityZoneId": subnet.availability_zone_id, "AvailabilityZoneName": subnet.availability_zone,
            "VpcId": subnet.vpc_id, "_groups": [g.id for g in eni._group_set]}
    _table(call, "mount_targets")[target_id] = made
    file_system["NumberOfMountTargets"] += 1
    state.start(call, made, "LifeCycleState", "creating", "error" if call.effects.get("fail") else "available")
    return _shown(made)


def _check_groups(call, groups, vpc_id):
    for group_id in groups:
        group = lookups.security_group(call, group_id)
        if group is None or group.vpc_id != vpc_id:
            raise _error("SecurityGroupNotFound", f"The SecurityGroup ID '{group_id}' does not exist")


@operation("efs.DescribeMountTargets")
def describe_mount_targets(call):
    p = call.params
    if sum(bool(p.get(k)) for k in ("FileSystemId", "MountTargetId", "AccessPointId")) != 1:
        raise _bad("Must specify exactly one mutually exclusive parameter.")
    if p.get("MountTargetId"):
        return _paged(call, [_mount_target(call)], "MountTargets")
    file_system = _file_system(call, p.get("FileSystemId") or _access_point(call)["FileSystemId"])
    rows = [m for m in _table(call, "mount_targets").values() if m["FileSystemId"] == file_system["FileSystemId"]]
    return _paged(call, rows, "MountTargets")


@operation("efs.DescribeMountTargetSecurityGroups")
def describe_mount_target_groups(call):
    return {"SecurityGroups": _mount_target(call)["_groups"]}


@operation("efs.ModifyMountTargetSecurityGroups")
def modify_mount_target_groups(call):
    found = _mount_target(call)
    groups = call.params.get("SecurityGroups") or []
    _check_groups(call, groups, found["VpcId"])
    found["_groups"] = list(groups)
    eni = lookups.ec2(call).enis.get(found["NetworkInterfaceId"])
    if eni:
        eni._group_set = [lookups.security_group(call, g) for g in groups]


@operation("efs.DeleteMountTarget")
def delete_mount_target(call):
    found = _mount_target(call)
    state.start(call, found, "LifeCycleState", "deleting", "deleted", "efs.mount_target_gone")


@state.finisher("efs.mount_target_gone")
def mount_target_gone(passage):
    target, service = passage.thing, (passage.account, passage.region, "efs")
    if state.table(*service, "mount_targets").pop(target["MountTargetId"], None):
        state.table(*service, "file_systems")[target["FileSystemId"]]["NumberOfMountTargets"] -= 1
        ec2_backends[passage.account][passage.region].enis.pop(target["NetworkInterfaceId"], None)


# ---------------------------------------------------------------- access points

def _access_point(call):
    found = _table(call, "access_points").get(call.params["AccessPointId"].rsplit("/", 1)[-1])
    if found is None:
        raise _error("AccessPointNotFound", f"Access Point {call.params['AccessPointId']} does not exist.", 404)
    return found


@operation("efs.CreateAccessPoint")
def create_access_point(call):
    # https://docs.aws.amazon.com/efs/latest/ug/API_CreateAccessPoint.html
    p, token = call.params, call.params.get("ClientToken") or str(uuid.uuid4())
    for other in _table(call, "access_points").values():
        if other["ClientToken"] == token:
            raise _error("AccessPointAlreadyExists", f"Access point already exists with client token {token}", 409,
                         AccessPointId=other["AccessPointId"])
    file_system = _file_system(call)
    _need_available(file_system)
    point_id, tags = hex_id("fsap-"), [dict(t) for t in p.get("Tags") or []]
    made = {"ClientToken": token, "Name": _named(tags), "Tags": tags, "AccessPointId": point_id,
            "AccessPointArn": _arn(call, f"access-point/{point_id}"), "FileSystemId": file_system["FileSystemId"],
            "PosixUser": p.get("PosixUser"), "RootDirectory": p.get("RootDirectory") or {"Path": "/"}, "OwnerId": call.account}
    made["RootDirectory"].setdefault("Path", "/")
    _table(call, "access_points")[point_id] = made
    state.start(call, made, "LifeCycleState", "creating", "error" if call.effects.get("fail") else "available")
    return _shown(made)


@operation("efs.DescribeAccessPoints")
def describe_access_points(call):
    p = call.params
    if p.get("AccessPointId"):
        rows = [_access_point(call)]
    else:
        file_system = p.get("FileSystemId") and _file_system(call)["FileSystemId"]
        rows = [a for a in _table(call, "access_points").values() if file_system in (None, a["FileSystemId"])]
    return _paged(call, rows, "AccessPoints", "MaxResults", "NextToken", "NextToken")


@operation("efs.DeleteAccessPoint")
def delete_access_point(call):
    state.start(call, _access_point(call), "LifeCycleState", "deleting", "deleted", "efs.access_point_gone")


@state.finisher("efs.access_point_gone")
def access_point_gone(passage):
    state.table(passage.account, passage.region, "efs", "access_points").pop(passage.thing["AccessPointId"], None)


# ---------------------------------------------------------------- tags

def _tagged(call, resource_id):
    resource_id = resource_id.rsplit("/", 1)[-1]
    if resource_id.startswith("fsap-"):
        call.params["AccessPointId"] = resource_id
        return _access_point(call)
    return _file_system(call, resource_id)


@operation("efs.TagResource", "efs.CreateTags")
def tag_resource(call):
    thing = _tagged(call, call.params.get("ResourceId") or call.params["FileSystemId"])
    merged = {t["Key"]: t["Value"] for t in thing["Tags"]}
    merged.update({t["Key"]: t["Value"] for t in call.params["Tags"]})
    thing["Tags"] = [{"Key": k, "Value": v} for k, v in merged.items()]
    thing["Name"] = _named(thing["Tags"])


@operation("efs.UntagResource", "efs.DeleteTags")
def untag_resource(call):
    thing = _tagged(call, call.params.get("ResourceId") or call.params["FileSystemId"])
    thing["Tags"] = [t for t in thing["Tags"] if t["Key"] not in call.params["TagKeys"]]
    thing["Name"] = _named(thing["Tags"])


@operation("efs.ListTagsForResource", "efs.DescribeTags")
def list_tags(call):
    return {"Tags": _tagged(call, call.params.get("ResourceId") or call.params["FileSystemId"])["Tags"]}
