"""What instances are configured with beside their place, and how it is changed.

moto drops most of it, and changes of a running instance what AWS changes of a stopped one only.
"""
import base64

from moto.core.types import Base64EncodedString
from moto.ec2.models.iam_instance_profile import IamInstanceProfileAssociation
from moto.ec2.models.instances import Instance, InstancePlacement
from moto.ec2.utils import random_iam_instance_profile_association_id

from . import ec2_placement_groups, lookups, state
from .core import AwsError, before, now, operation
from .ec2_filters import asked
from .ec2_instances import all_found, found, type_of
from .ec2_volumes import invalid

BURSTABLE = ("t2.", "t3.", "t3a.", "t4g.")


# ---------------------------------------------------------------- at the launch

def configure(call, instance, p, info, placement):
    """What RunInstances was given, under AWS's defaults."""
    cpus = info["VCpuInfo"]
    asked_cpus = p.get("CpuOptions") or {}
    cores = asked_cpus.get("CoreCount") or cpus.get("DefaultCores") or cpus["DefaultVCpus"]
    threads = asked_cpus.get("ThreadsPerCore") or cpus.get("DefaultThreadsPerCore") or 1
    for number, valid, name in ((cores, cpus.get("ValidCores"), "cores"), (threads, cpus.get("ValidThreadsPerCore"), "threads per core")):
        if asked_cpus and valid and number not in valid:
            raise invalid(f"{number} {name} are not valid for the instance type {info['InstanceType']}.")
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CpuOptions.html
    instance.cpu_options = {"CoreCount": cores, "ThreadsPerCore": threads}
    if asked_cpus.get("AmdSevSnp"):
        instance.cpu_options["AmdSevSnp"] = asked_cpus["AmdSevSnp"]
    instance.enclave_options = {"Enabled": bool((p.get("EnclaveOptions") or {}).get("Enabled"))}
    instance.hibernation_options = {"Configured": bool((p.get("HibernationOptions") or {}).get("Configured"))}
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceMaintenanceOptions.html
    instance.maintenance_options = {"AutoRecovery": (p.get("MaintenanceOptions") or {}).get("AutoRecovery") or "default",
                                    "RebootMigration": "default"}
    # https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/hostname-types.html: what is not said follows the subnet
    subnet = instance.nics[0].subnet
    names = getattr(subnet, "private_dns_name_options_on_launch", None) or {}
    asked_names = {k: v for k, v in (p.get("PrivateDnsNameOptions") or {}).items() if v is not None}
    instance.private_dns_name_options = {
        "HostnameType": names.get("HostnameType") or "ip-name",
        "EnableResourceNameDnsARecord": bool(names.get("EnableResourceNameDnsARecord")),
        "EnableResourceNameDnsAAAARecord": bool(names.get("EnableResourceNameDnsAAAARecord")), **asked_names}
    instance.metadata_options = _metadata(p.get("MetadataOptions") or {}, {
        "HttpTokens": "optional", "HttpPutResponseHopLimit": 1, "HttpEndpoint": "enabled", "HttpProtocolIpv6": "disabled",
        "InstanceMetadataTags": "disabled"})
    instance.capacity_reservation_specification = _reservation(p.get("CapacityReservationSpecification"))
    instance.cpu_credits = _credits(info, (p.get("CreditSpecification") or {}).get("CpuCredits"))
    instance._placement = _placement(call, instance.nics[0].subnet.availability_zone, placement)
    # What DeletePlacementGroup looks at.
    instance.placement_group = instance._placement.group_name or None


def _placement(call, zone, asked_for):
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Placement.html"""
    group = asked_for.get("GroupName")
    held = ec2_placement_groups.groups(call.account, call.region)
    if group and group not in held:
        raise AwsError("InvalidPlacementGroup.Unknown", f"The Placement Group '{group}' is unknown.")
    if asked_for.get("AvailabilityZone") and asked_for["AvailabilityZone"] != zone:
        raise invalid(f"Availability zone {asked_for['AvailabilityZone']} is not the one of the subnet: {zone}.")
    if asked_for.get("PartitionNumber") and (not group or held[group]["Strategy"] != "partition"):
        raise invalid("A partition number is for partition placement groups.")
    if asked_for.get("HostId") and asked_for["HostId"] not in lookups.ec2(call).hosts:
        raise AwsError("InvalidHostID.NotFound", f"The host ID '{asked_for['HostId']}' does not exist")
    placement = InstancePlacement(zone)
    placement.group_name, placement.tenancy = group or "", asked_for.get("Tenancy") or "default"
    placement.host_id, placement.affinity = asked_for.get("HostId"), asked_for.get("Affinity")
    placement.partition_number = asked_for.get("PartitionNumber")
    placement.host_resource_group_arn = asked_for.get("HostResourceGroupArn")
    return placement


def _metadata(given, held):
    return {**held, **{k: v for k, v in given.items() if v is not None and k in held}, "State": "applied"}


def _reservation(given):
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CapacityReservationSpecificationResponse.html
    given = {k: v for k, v in (given or {}).items() if v}
    return given or {"CapacityReservationPreference": "open"}


def _credits(info, given):
    """https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/burstable-performance-instances-unlimited-mode-concepts.html"""
    if not info.get("BurstablePerformanceSupported"):
        if given:
            raise AwsError("InvalidParameterCombination", "CreditSpecification is for burstable performance instances.")
        return None
    return given or ("standard" if info["InstanceType"].startswith("t2.") else "unlimited")


# ---------------------------------------------------------------- attributes

STOPPED_ONLY = ("InstanceType", "UserData", "EbsOptimized", "Kernel", "Ramdisk", "EnaSupport")
BY_NAME = {"instanceType": "InstanceType", "userData": "UserData", "disableApiTermination": "DisableApiTermination",
           "disableApiStop": "DisableApiStop", "ebsOptimized": "EbsOptimized", "sourceDestCheck": "SourceDestCheck",
           "instanceInitiatedShutdownBehavior": "InstanceInitiatedShutdownBehavior"}


@operation("ec2.ModifyInstanceAttribute")
def modify(call):
    """One attribute a call; some of a stopped instance only.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyInstanceAttribute.html
    """
    p, instance = call.params, found(call, call.params["InstanceId"])
    values = {name: p[name].get("Value") for name in BY_NAME.values() if p.get(name) is not None}
    if p.get("Attribute") and p.get("Value") is not None:
        given = p["Value"]
        values[BY_NAME[p["Attribute"]]] = {"true": True, "false": False}.get(str(given).lower(), given)
    if len(values) + bool(p.get("Groups")) + bool(p.get("BlockDeviceMappings")) != 1:
        raise AwsError("InvalidParameterCombination", "Fields for multiple attribute types specified")
    for name in values:
        if name in STOPPED_ONLY and instance._state.name != "stopped":
            raise AwsError("IncorrectInstanceState", f"The instance '{instance.id}' is not in the 'stopped' state.")
    for mapping in p.get("BlockDeviceMappings") or []:
        device = instance.block_device_mapping.get(mapping["DeviceName"])
        if device is None:
            raise AwsError("InvalidInstanceAttributeValue", f"No device is currently mapped at {mapping['DeviceName']}")
        device.delete_on_termination = (mapping.get("Ebs") or {}).get("DeleteOnTermination", device.delete_on_termination)
    if p.get("Groups"):
        instance.security_groups = [lookups.security_group(call, g) for g in p["Groups"]]
    for name, value in values.items():
        _set(call, instance, name, value)
    return {}


def _set(call, instance, name, value):
    if name == "UserData":
        raw = value if isinstance(value, bytes) else base64.b64decode(value or "")
        instance.user_data = Base64EncodedString(base64.b64encode(raw).decode()) if raw else None
    elif name == "InstanceType":
        info = type_of(call, value)
        if instance.architecture not in info["ProcessorInfo"]["SupportedArchitectures"]:
            raise invalid(f"The architecture of the instance type {value} does not match the architecture '{instance.architecture}' of the instance.")
        cpus = info["VCpuInfo"]
        instance.instance_type = value
        instance.cpu_options = {"CoreCount": cpus.get("DefaultCores") or cpus["DefaultVCpus"],
                                "ThreadsPerCore": cpus.get("DefaultThreadsPerCore") or 1}
        instance.cpu_credits = _credits(info, None)
    else:
        fields = {"DisableApiTermination": "disable_api_termination", "DisableApiStop": "disable_api_stop", "EbsOptimized": "ebs_optimized",
                  "SourceDestCheck": "source_dest_check", "InstanceInitiatedShutdownBehavior": "instance_initiated_shutdown_behavior"}
        setattr(instance, fields[name], value)


@operation("ec2.ModifyInstanceMetadataOptions")
def modify_metadata(call):
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyInstanceMetadataOptions.html
    instance = found(call, call.params["InstanceId"])
    instance.metadata_options = _metadata(call.params, instance.metadata_options)
    state.start(call, instance.metadata_options, "State", "pending", "applied")
    return {"InstanceId": instance.id, "InstanceMetadataOptions": instance.metadata_options}


@before("ec2.DescribeInstances")
def metadata_seen(call):
    state.seen([i.metadata_options for r in lookups.ec2(call).reservations.values() for i in r.instances])


@operation("ec2.ModifyInstanceMaintenanceOptions")
def modify_maintenance(call):
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyInstanceMaintenanceOptions.html
    p, instance = call.params, found(call, call.params["InstanceId"])
    instance.maintenance_options = {**instance.maintenance_options,
                                    **{k: p[k] for k in ("AutoRecovery", "RebootMigration") if p.get(k)}}
    return {"InstanceId": instance.id, **instance.maintenance_options}


@operation("ec2.ModifyPrivateDnsNameOptions")
def modify_names(call):
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyPrivateDnsNameOptions.html
    p, instance = call.params, found(call, call.params["InstanceId"])
    given = {"HostnameType": p.get("PrivateDnsHostnameType"), "EnableResourceNameDnsARecord": p.get("EnableResourceNameDnsARecord"),
             "EnableResourceNameDnsAAAARecord": p.get("EnableResourceNameDnsAAAARecord")}
    instance.private_dns_name_options = {**instance.private_dns_name_options, **{k: v for k, v in given.items() if v is not None}}
    return {"Return": True}


@operation("ec2.ModifyInstanceCapacityReservationAttributes")
def modify_reservation(call):
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyInstanceCapacityReservationAttributes.html
    instance = found(call, call.params["InstanceId"])
    if instance._state.name != "stopped":
        raise AwsError("IncorrectInstanceState", f"The instance '{instance.id}' is not in the 'stopped' state.")
    instance.capacity_reservation_specification = _reservation(call.params["CapacityReservationSpecification"])
    return {"Return": True}


@operation("ec2.ModifyInstancePlacement")
def modify_placement(call):
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyInstancePlacement.html
    p, instance = call.params, found(call, call.params["InstanceId"])
    if instance._state.name != "stopped":
        raise AwsError("IncorrectInstanceState", f"The instance '{instance.id}' is not in the 'stopped' state.")
    held = instance._placement
    kept = {"GroupName": held.group_name, "Tenancy": held.tenancy, "HostId": held.host_id, "Affinity": held.affinity,
            "PartitionNumber": held.partition_number, "HostResourceGroupArn": held.host_resource_group_arn}
    instance._placement = _placement(call, held.zone, {k: p[k] if p.get(k) is not None else v for k, v in kept.items()})
    instance.placement_group = instance._placement.group_name or None
    return {"Return": True}


def _monitored(call, name):
    for instance in all_found(call):
        instance.monitoring_state = name
    shown = "pending" if name == "enabled" else "disabling"
    return {"InstanceMonitorings": [{"InstanceId": i.id, "Monitoring": {"State": shown}} for i in all_found(call)]}


@operation("ec2.MonitorInstances")
def monitor(call):
    return _monitored(call, "enabled")


@operation("ec2.UnmonitorInstances")
def unmonitor(call):
    return _monitored(call, "disabled")


# ---------------------------------------------------------------- credits

@operation("ec2.DescribeInstanceCreditSpecifications")
def credits(call):
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceCreditSpecifications.html"""
    wanted = all_found(call)
    for instance in wanted:
        if not instance.instance_type.startswith(BURSTABLE):
            raise AwsError("InstanceCreditSpecification.NotSupported", f"The instance '{instance.id}' is not burstable.")
    by_filter = [v for f in asked(call) if f["Name"] == "instance-id" for v in f.get("Values") or []]
    if not wanted:
        every = [i for r in lookups.ec2(call).reservations.values() for i in r.instances]
        wanted = [i for i in every if i.instance_type.startswith(BURSTABLE) and (i.id in by_filter or not by_filter and i.cpu_credits == "unlimited")]
    return {"InstanceCreditSpecifications": [{"InstanceId": i.id, "CpuCredits": getattr(i, "cpu_credits", None) or "standard"} for i in wanted]}


@operation("ec2.ModifyInstanceCreditSpecification")
def modify_credits(call):
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyInstanceCreditSpecification.html
    done = []
    for row in call.params["InstanceCreditSpecifications"]:
        found(call, row["InstanceId"]).cpu_credits = row["CpuCredits"]
        done.append({"InstanceId": row["InstanceId"]})
    return {"SuccessfulInstanceCreditSpecifications": done, "UnsuccessfulInstanceCreditSpecifications": []}


# ---------------------------------------------------------------- instance profiles

def profile_of(call, asked_for):
    """The profile that a request names, if it can be used."""
    if not asked_for:
        return None
    name = asked_for.get("Name") or (asked_for.get("Arn") or "").rsplit("/", 1)[-1]
    profile = next((p for p in lookups.iam(call).instance_profiles.values() if p.name == name), None)
    if profile is None:
        raise invalid(f"Value ({name}) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name")
    if not profile.roles:
        raise invalid(f"IAM Instance Profile \"{profile.arn}\" has no associated IAM Roles")
    return profile


def associate(call, instance, profile, association_id=None):
    ec2 = lookups.ec2(call)
    made = IamInstanceProfileAssociation.__new__(IamInstanceProfileAssociation)
    made.ec2_backend, made.association_id = ec2, association_id or random_iam_instance_profile_association_id()
    made.instance, made.instance_id, made.iam_instance_profile, made.state = instance, instance.id, profile, "associated"
    ec2.iam_instance_profile_associations[instance.id] = made
    instance.iam_instance_profile = {"Arn": profile.arn, "Id": profile.id}
    return {"IamInstanceProfileAssociation": _shown(made)}


def _shown(made, name=None):
    profile = made.iam_instance_profile
    return {"AssociationId": made.association_id, "InstanceId": made.instance_id, "State": name or made.state,
            "IamInstanceProfile": {"Arn": profile.arn, "Id": profile.id}}


def _association(call):
    wanted = call.params["AssociationId"]
    for made in lookups.ec2(call).iam_instance_profile_associations.values():
        if made.association_id == wanted:
            return made
    raise AwsError("InvalidAssociationID.NotFound", f"An invalid association-id of '{wanted}' was given")


@operation("ec2.AssociateIamInstanceProfile")
def associate_profile(call):
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AssociateIamInstanceProfile.html
    instance, profile = found(call, call.params["InstanceId"]), profile_of(call, call.params["IamInstanceProfile"])
    if instance.id in lookups.ec2(call).iam_instance_profile_associations:
        raise AwsError("IncorrectState", f"There is an existing association for instance {instance.id}")
    return associate(call, instance, profile)


@operation("ec2.ReplaceIamInstanceProfileAssociation")
def replace_profile(call):
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ReplaceIamInstanceProfileAssociation.html
    made, profile = _association(call), profile_of(call, call.params["IamInstanceProfile"])
    return associate(call, made.instance, profile)


@operation("ec2.DisassociateIamInstanceProfile")
def disassociate_profile(call):
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DisassociateIamInstanceProfile.html
    made = _association(call)
    del lookups.ec2(call).iam_instance_profile_associations[made.instance_id]
    made.instance.iam_instance_profile = None
    return {"IamInstanceProfileAssociation": _shown(made, "disassociating")}


@operation("ec2.DescribeIamInstanceProfileAssociations")
def describe_profiles(call):
    ids, every = call.params.get("AssociationIds") or [], lookups.ec2(call).iam_instance_profile_associations.values()
    wanted = [v for f in asked(call) if f["Name"] == "instance-id" for v in f.get("Values") or []]
    return {"IamInstanceProfileAssociations": [_shown(m) for m in every if (not ids or m.association_id in ids)
                                               and (not wanted or m.instance_id in wanted)]}


# What instances show that moto itself runs, for a group that scales.
Instance.maintenance_options = {"AutoRecovery": "default", "RebootMigration": "default"}
Instance.cpu_credits = None


@operation("ec2.GetPasswordData")
def password(call):
    """Of Windows alone, and the same at each call.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetPasswordData.html
    """
    instance, data = found(call, call.params["InstanceId"]), ""
    if instance.platform == "windows" and instance._state.name == "running":
        data = base64.b64encode(instance.id.encode() * 8).decode()
    return {"InstanceId": instance.id, "PasswordData": data, "Timestamp": now()}
