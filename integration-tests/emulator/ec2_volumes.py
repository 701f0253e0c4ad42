"""EBS volumes: what a type of volume implies, and how a volume changes.

moto stores what it is given, ends a modification at once, and shows all modifications of a volume.
"""
from . import lookups, state
from .core import AwsError, after, before

# https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volume-types.html
PROVISIONED = ("io1", "io2", "gp3")
SIZES = {"standard": (1, 1024), "gp2": (1, 16384), "gp3": (1, 65536), "io1": (4, 16384), "io2": (4, 65536), "st1": (125, 16384),
         "sc1": (125, 16384)}


def invalid(message):
    return AwsError("InvalidParameterValue", message)


def fit(volume, iops=None, throughput=None):
    """Give a volume the performance that its type has, beside what was asked for."""
    kind = volume.volume_type
    if kind == "gp2":
        volume.iops = min(16000, max(100, 3 * int(volume.size)))
    elif kind == "gp3":
        volume.iops = iops or 3000
    elif kind in ("io1", "io2"):
        volume.iops = iops
    else:
        volume.iops = None
    volume.throughput = (throughput or 125) if kind == "gp3" else None


def refuse(kind, size, iops, throughput):
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_EbsBlockDevice.html"""
    if kind not in SIZES:
        raise AwsError("UnknownVolumeType", f"Unsupported volume type '{kind}' for volume creation.")
    low, high = SIZES[kind]
    if size is not None and not low <= int(size) <= high:
        raise invalid(f"Volume of {size}GiB is too {'small' if int(size) < low else 'large'} for volume type {kind}; the range is {low} to {high}.")
    if iops and kind not in PROVISIONED:
        raise AwsError("InvalidParameterCombination", f"The parameter iops is not supported for {kind} volumes.")
    if kind in ("io1", "io2") and not iops:
        raise AwsError("MissingParameter", f"The request must contain the parameter iops for {kind} volumes")
    if throughput and kind != "gp3":
        raise AwsError("InvalidParameterCombination", f"The parameter throughput is not supported for {kind} volumes.")


def create(call, zone, ebs):
    """A volume of a block device."""
    ec2, kind = lookups.ec2(call), ebs.get("VolumeType") or "gp2"
    size, snapshot = ebs.get("VolumeSize"), ebs.get("SnapshotId")
    if size is None and not snapshot:
        raise AwsError("MissingParameter", "The request must contain the parameter size or snapshotId")
    if snapshot and snapshot not in ec2.snapshots:
        raise AwsError("InvalidSnapshot.NotFound", f"The snapshot '{snapshot}' does not exist.")
    refuse(kind, size, ebs.get("Iops"), ebs.get("Throughput"))
    key = ebs.get("KmsKeyId")
    volume = ec2.create_volume(size=size, zone_name=zone, snapshot_id=snapshot, encrypted=bool(ebs.get("Encrypted")),
                               kms_key_id=key, volume_type=kind, iops=ebs.get("Iops") if kind in PROVISIONED else None)
    fit(volume, ebs.get("Iops"), ebs.get("Throughput"))
    return volume


@after("ec2.CreateVolume")
def made(call, result):
    fit(result, call.params.get("Iops"), call.params.get("Throughput"))


@before("ec2.ModifyVolume")
def modify(call):
    """A volume takes what it is given and keeps the rest, as far as its new type has it; its modification passes through states.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVolume.html
    """
    p, ec2 = call.params, lookups.ec2(call)
    volume = ec2.volumes.get(p["VolumeId"])
    if volume is None:
        raise AwsError("InvalidVolume.NotFound", f"The volume '{p['VolumeId']}' does not exist.")
    if p.get("Size") and int(p["Size"]) < int(volume.size):
        raise invalid("New size cannot be smaller than existing size")
    held = state.table(call.account, call.region, "ec2", "volume_modifications")
    if volume.id in held and state.passing(held[volume.id]):
        raise AwsError("IncorrectModificationState", f"Cannot modify volume '{volume.id}' while it is being modified.")
    kind = p.get("VolumeType") or volume.volume_type
    same = kind == volume.volume_type
    iops = p.get("Iops") or (volume.iops if kind in PROVISIONED and (same or kind != "gp3") else None)
    throughput = p.get("Throughput") or (volume.throughput if kind == "gp3" and same else None)
    refuse(kind, p.get("Size"), p.get("Iops") or (iops if kind in ("io1", "io2") else None), p.get("Throughput"))
    before_it = {"OriginalSize": volume.size, "OriginalVolumeType": volume.volume_type, "OriginalIops": volume.iops,
                 "OriginalThroughput": volume.throughput}
    volume.size, volume.volume_type = p.get("Size") or volume.size, kind
    fit(volume, iops, throughput)
    modification = {"VolumeId": volume.id, **before_it, "TargetSize": volume.size, "TargetVolumeType": kind,
                    "TargetIops": volume.iops, "TargetThroughput": volume.throughput, "Progress": 0}
    held[volume.id] = modification
    state.start(call, modification, "ModificationState", "modifying", "completed")
    return {"VolumeModification": modification}


@before("ec2.DescribeVolumesModifications")
def modifications(call):
    """The last one of each volume.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVolumesModifications.html
    """
    held = state.table(call.account, call.region, "ec2", "volume_modifications")
    wanted = call.params.get("VolumeIds") or list(held)
    for volume_id in wanted:
        if volume_id not in held:
            raise AwsError("InvalidVolumeModification.NotFound", f"Modification for volume '{volume_id}' does not exist.")
    found = [held[i] for i in wanted]
    state.seen(found)
    return {"VolumesModifications": found}
