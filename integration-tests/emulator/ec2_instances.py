"""Instances: what they show, and the states that they pass through.

moto keeps them, and lets them go from one state to another at once.
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html
"""
from moto.ec2.models.elastic_network_interfaces import NetworkInterface
from moto.ec2.models.instances import Instance

from . import lookups, state
from .core import OBJECTS, AwsError, after, operation
from .ec2 import paged
from .ec2_filters import TABLE, _matches, asked

ENDED = []  # functions that are told of a terminated instance
CODES = {"pending": 0, "running": 16, "shutting-down": 32, "terminated": 48, "stopping": 64, "stopped": 80}

OBJECTS.update(("ec2.RunInstances", "ec2.DescribeInstances"))

TABLE["DescribeInstances"] = ("Reservations", {
    "instance-id": "InstanceId", "instance-state-name": "State.Name", "instance-state-code": "State.Code", "image-id": "ImageId",
    "instance-type": "InstanceType", "vpc-id": "VpcId", "subnet-id": "SubnetId", "availability-zone": "Placement.AvailabilityZone",
    "tenancy": "Placement.Tenancy", "placement-group-name": "Placement.GroupName", "host-id": "Placement.HostId",
    "private-ip-address": "PrivateIpAddress", "ip-address": "PublicIpAddress", "private-dns-name": "PrivateDnsName",
    "dns-name": "PublicDnsName", "key-name": "KeyName", "architecture": "Architecture", "root-device-name": "RootDeviceName",
    "instance-lifecycle": "InstanceLifecycle", "spot-instance-request-id": "SpotInstanceRequestId", "client-token": "ClientToken",
    "instance.group-id": "SecurityGroups.GroupId", "instance.group-name": "SecurityGroups.GroupName",
    "group-id": "SecurityGroups.GroupId", "group-name": "SecurityGroups.GroupName", "monitoring-state": "Monitoring.State",
    "iam-instance-profile.arn": "IamInstanceProfile.Arn", "iam-instance-profile.id": "IamInstanceProfile.Id",
    "block-device-mapping.volume-id": "BlockDeviceMappings.Ebs.VolumeId", "block-device-mapping.device-name": "BlockDeviceMappings.DeviceName",
    "network-interface.network-interface-id": "NetworkInterfaces.NetworkInterfaceId", "source-dest-check": "SourceDestCheck",
    "network-interface.subnet-id": "NetworkInterfaces.SubnetId", "network-interface.vpc-id": "NetworkInterfaces.VpcId",
    "metadata-options.http-tokens": "MetadataOptions.HttpTokens", "platform": "Platform", "ebs-optimized": "EbsOptimized",
    "reservation-id": None, "owner-id": None, "launch-time": None, "hypervisor": "Hypervisor", "virtualization-type": "VirtualizationType",
    "tag-value": "Tags.Value", "root-device-type": "RootDeviceType", "product-code": None})


# ---------------------------------------------------------------- what an instance shows

def _primary(instance):
    return (getattr(instance, "nics", None) or {}).get(0)


def _gone(instance):
    return instance._state.code == 48


def _groups(instance):
    """Those of its primary interface. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Instance.html"""
    nic = _primary(instance)
    return instance.__dict__.get("_asked_groups", []) if nic is None else nic._group_set


def _set_groups(instance, groups):
    instance._asked_groups = groups
    if _primary(instance) is not None:
        _primary(instance)._group_set = list(groups)


def _check(instance):
    nic = _primary(instance)
    return instance.__dict__.get("_asked_check", True) if nic is None else nic.source_dest_check


def _set_check(instance, on):
    instance._asked_check = on
    if _primary(instance) is not None:
        _primary(instance).source_dest_check = on


def _private_name(instance):
    # https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-naming.html
    if _gone(instance):
        return ""
    options = getattr(instance, "private_dns_name_options", None) or {}
    name = instance.id if options.get("HostnameType") == "resource-name" else f"ip-{_primary(instance).private_ip_address}".replace(".", "-")
    return f"{name}.ec2.internal" if instance.region_name == "us-east-1" else f"{name}.{instance.region_name}.compute.internal"


def _of_primary(name):
    return property(lambda instance: None if _gone(instance) else getattr(_primary(instance), name))


def _public_name(instance):
    address = None if _gone(instance) else _primary(instance).public_ip
    vpc = lookups.ec2_backends[instance.owner_id][instance.region_name].get_vpc(_primary(instance).subnet.vpc_id) if address else None
    if vpc is None or not vpc.enable_dns_hostnames:
        return ""
    place = "compute-1" if instance.region_name == "us-east-1" else f"{instance.region_name}.compute"
    return f"ec2-{address.replace('.', '-')}.{place}.amazonaws.com"


Instance.security_groups = property(_groups, _set_groups)
Instance.source_dest_check = property(_check, _set_check)
Instance.private_dns_name = property(_private_name)
Instance.public_dns_name = property(_public_name)
Instance.private_ip_address = _of_primary("private_ip_address")
Instance.public_ip_address = _of_primary("public_ip")
Instance.network_interfaces = property(lambda i: [] if _gone(i) else [i.nics[n] for n in sorted(i.nics)])


def _subnet_of(instance):
    nic = None if _gone(instance) else _primary(instance)
    return instance.__dict__.get("_subnet_id") if nic is None else nic.subnet.id


Instance.subnet_id = property(_subnet_of)
NetworkInterface.instance_ipv6_address_list = property(lambda nic: [
    {"Ipv6Address": a, "IsPrimaryIpv6": n == 0 and getattr(nic, "_primary_ipv6", False)} for n, a in enumerate(nic.ipv6_addresses)])


@after("ec2.ModifyNetworkInterfaceAttribute")
def interface_changed(call, result):
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyNetworkInterfaceAttribute.html
    if call.params.get("EnablePrimaryIpv6"):
        lookups.ec2(call).enis[call.params["NetworkInterfaceId"]]._primary_ipv6 = True


def found(call, instance_id):
    instance = lookups.ec2(call).get_instance_by_id(instance_id)
    if instance is None:
        raise AwsError("InvalidInstanceID.NotFound", f"The instance ID '{instance_id}' does not exist")
    return instance


def all_found(call):
    return [found(call, i) for i in call.params.get("InstanceIds") or []]


def enter(instance, name):
    instance._state.name, instance._state.code = name, CODES[name]


def type_of(call, name):
    for info in lookups.ec2(call).instance_types:
        if info.get("InstanceType") == name:
            return info
    raise AwsError("InvalidInstanceType", f"The following supplied instance types do not exist: [{name}]")


# ---------------------------------------------------------------- states

@state.finisher("ec2.instance_running")
def running(passage):
    passage.thing.start()


@state.finisher("ec2.instance_stopped")
def stopped(passage):
    passage.thing.stop()


@state.finisher("ec2.instance_terminated")
def terminated(passage):
    instance = passage.thing
    for nic in [n for n in instance.nics.values() if not n.delete_on_termination]:
        nic.stop()
        nic.instance = nic.attachment_id = nic.attach_time = None
        nic.status = "available"
    kept = {n: nic for n, nic in instance.nics.items() if nic.delete_on_termination}
    all_nics, instance.nics = instance.nics, kept
    instance.terminate()
    instance.nics = all_nics
    for tell in ENDED:
        tell(passage.account, passage.region, instance)


def _change(call, name, final, finisher, key):
    rows = []
    for instance in all_found(call):
        earlier = {"Name": instance._state.name, "Code": instance._state.code}
        if instance._state.name not in (final, name):
            enter(instance, name)
            state.start(call, instance, "passing_to", final, final, finisher)
        rows.append({"InstanceId": instance.id, "PreviousState": earlier,
                     "CurrentState": {"Name": instance._state.name, "Code": instance._state.code}})
    return {key: rows}


def in_state(instance, *names):
    if instance._state.name not in names:
        raise AwsError("IncorrectInstanceState", f"The instance '{instance.id}' is not in a state from which it can do so: it is '{instance._state.name}'.")


@operation("ec2.StartInstances")
def start(call):
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_StartInstances.html
    for instance in all_found(call):
        in_state(instance, "stopped", "pending", "running")
    return _change(call, "pending", "running", "ec2.instance_running", "StartingInstances")


@operation("ec2.StopInstances")
def stop(call):
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_StopInstances.html
    for instance in all_found(call):
        if instance.disable_api_stop:
            raise AwsError("OperationNotPermitted", f"The instance '{instance.id}' may not be stopped. Modify its 'disableApiStop' instance attribute and try again.")
        in_state(instance, "running", "pending", "stopping", "stopped")
    return _change(call, "stopping", "stopped", "ec2.instance_stopped", "StoppingInstances")


@operation("ec2.TerminateInstances")
def terminate(call):
    """A terminated instance stays to be seen for a while.

    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/terminating-instances.html
    """
    for instance in all_found(call):
        if instance.disable_api_termination:
            raise AwsError("OperationNotPermitted", f"The instance '{instance.id}' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.")
    for instance in all_found(call):
        ids = [instance.id]
        from moto.autoscaling import autoscaling_backends
        from moto.elbv2 import elbv2_backends
        autoscaling_backends[call.account][call.region].notify_terminate_instances(ids)
        elbv2_backends[call.account][call.region].notify_terminate_instances(ids)
    return _change(call, "shutting-down", "terminated", "ec2.instance_terminated", "TerminatingInstances")


# ---------------------------------------------------------------- reading

@operation("ec2.DescribeInstances")
def describe(call):
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html
    ec2, p = lookups.ec2(call), call.params
    if p.get("InstanceIds") and p.get("MaxResults"):
        raise AwsError("InvalidParameterCombination", "The parameter instancesSet cannot be used with the parameter maxResults")
    wanted = {i.id for i in all_found(call)}
    shape = call.model.operation_model(call.action).output_shape.members["Reservations"].member.members["Instances"].member
    paths, rows, seen = TABLE["DescribeInstances"][1], [], []
    for reservation in ec2.reservations.values():
        chosen = [i for i in reservation.instances if (not wanted or i.id in wanted)
                  and all(_matches(i, shape, paths, f) for f in asked(call))]
        if chosen:
            rows.append({"ReservationId": reservation.id, "OwnerId": call.account, "Instances": chosen})
            seen += chosen
    state.seen(seen)
    result = {"Reservations": rows}
    paged(call, result)
    return result
