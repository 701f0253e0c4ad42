"""How instances are run: what a launch template adds, their interfaces, volumes, profile and tags.

moto runs them without most of what they are configured with.
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html
"""
import copy
import uuid

from moto.ec2.models.instances import Instance, Reservation
from moto.ec2.utils import parse_user_data, random_reservation_id

from . import ec2_instance_changes as changes, ec2_spot, ec2_volumes, lookups, state
from .core import AwsError, operation
from .ec2_instances import enter, type_of
from .ec2_volumes import invalid

def _with_template(call):
    """What the request does not say, the launch template says.

    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/launch-instances-from-launch-template.html
    """
    p, asked_for = dict(call.params), call.params.get("LaunchTemplate")
    if not asked_for:
        return p, None
    template = lookups.launch_template(call, asked_for.get("LaunchTemplateId"), asked_for.get("LaunchTemplateName"))
    if template is None:
        raise AwsError("InvalidLaunchTemplateId.NotFound", "The specified launch template does not exist.")
    version = template.get_version(asked_for.get("Version") or template.default_version_number)
    data = copy.deepcopy(version.data)
    data.pop("UserData", None)
    if version.data.get("UserData") and not p.get("UserData"):
        p["UserData"] = str(version.data["UserData"])
    networks = p.get("NetworkInterfaces") or p.get("SubnetId") or p.get("SecurityGroupIds") or p.get("SecurityGroups")
    for name, value in data.items():
        if name == "TagSpecifications":
            p[name] = value + (p.get(name) or [])
        elif name == "BlockDeviceMappings":
            given = {m["DeviceName"] for m in p.get(name) or []}
            p[name] = [m for m in value if m.get("DeviceName") not in given] + (p.get(name) or [])
        elif name == "NetworkInterfaces" and networks:
            continue
        elif isinstance(value, dict) and name != "IamInstanceProfile":
            p[name] = {**value, **(p.get(name) or {})}
        elif p.get(name) in (None, [], "") or name in ("EbsOptimized", "DisableApiTermination") and not p.get(name):
            p[name] = value
    return p, (template, version)


def _tags(p, kind):
    return {t["Key"]: t.get("Value", "") for s in p.get("TagSpecifications") or [] if s.get("ResourceType") == kind
            for t in s.get("Tags") or []}


@operation("ec2.RunInstances")
def run(call):
    (p, template), ec2 = _with_template(call), lookups.ec2(call)
    image = ec2.amis.get(p.get("ImageId"))
    if not p.get("ImageId"):
        raise AwsError("MissingParameter", "The request must contain the parameter ImageId")
    if image is None:
        raise AwsError("InvalidAMIID.NotFound", f"The image id '[{p['ImageId']}]' does not exist")
    info = type_of(call, p.get("InstanceType") or "m1.small")
    able = info["ProcessorInfo"]["SupportedArchitectures"]
    if image.architecture not in able:
        raise invalid(f"The architecture '{','.join(able)}' of the specified instance type does not match the architecture "
                      f"'{image.architecture}' of the specified AMI.")
    if p.get("KeyName") and p["KeyName"] not in ec2.key_pairs:
        raise AwsError("InvalidKeyPair.NotFound", f"The key pair '{p['KeyName']}' does not exist")
    profile = changes.profile_of(call, p.get("IamInstanceProfile"))
    reservation = Reservation(random_reservation_id(), owner_id=call.account)
    for index in range(int(p.get("MinCount") or 1)):
        reservation.instances.append(_launch(call, p, image, info, index, template, profile))
    ec2.reservations[reservation.id] = reservation
    return reservation


def _launch(call, p, image, info, index, template, profile):
    ec2, placement = lookups.ec2(call), p.get("Placement") or {}
    nics = _interfaces(call, p, placement)
    primary = nics[0]
    instance = Instance(ec2, image.id, parse_user_data(p.get("UserData") or None), [], region_name=call.region,
                        instance_type=info["InstanceType"], key_name=p.get("KeyName"), ebs_optimized=bool(p.get("EbsOptimized")),
                        ami_launch_index=index, client_token=p.get("ClientToken") or str(uuid.uuid4()),
                        disable_api_stop=bool(p.get("DisableApiStop")), disable_api_termination=bool(p.get("DisableApiTermination")),
                        monitoring_state="enabled" if (p.get("Monitoring") or {}).get("Enabled") else "disabled",
                        instance_initiated_shutdown_behavior=p.get("InstanceInitiatedShutdownBehavior"),
                        subnet_id=primary.subnet.id, private_ip=primary.private_ip_address,
                        nics=[{"DeviceIndex": n, "NetworkInterfaceId": nic.id, "SubnetId": nic.subnet.id} for n, nic in nics.items()])
    for nic in nics.values():
        nic.public_ip_auto_assign = getattr(nic, "_asked_public", False)
        if nic.public_ip_auto_assign and not nic.public_ip:
            nic.start()
    changes.configure(call, instance, p, info, placement)
    instance.root_device_name, instance.architecture = image.root_device_name, image.architecture
    tags = _tags(p, "instance")
    if template:
        tags |= {"aws:ec2launchtemplate:id": template[0].id, "aws:ec2launchtemplate:version": str(template[1].number)}
    instance.add_tags(tags)
    # It must be found when its volumes are attached.
    ec2.reservations[instance.id] = holder = Reservation(instance.id, owner_id=call.account)
    holder.instances.append(instance)
    for device, ebs in _devices(p, image).items():
        volume = ec2_volumes.create(call, instance.placement.zone, ebs)
        ec2.attach_volume(volume.id, instance.id, device, bool(ebs.get("DeleteOnTermination", True)))
        volume.add_tags(_tags(p, "volume"))
    for nic in nics.values():
        ec2.create_tags([nic.id], _tags(p, "network-interface")) if _tags(p, "network-interface") else None
    del ec2.reservations[instance.id]
    if profile is not None:
        changes.associate(call, instance, profile)
    if (p.get("InstanceMarketOptions") or {}).get("MarketType") == "spot":
        ec2_spot.request(call, instance, p["InstanceMarketOptions"].get("SpotOptions") or {})
    enter(instance, "pending")
    state.start(call, instance, "passing_to", "running", "running", "ec2.instance_running")
    return instance


def _devices(p, image):
    """The root device of the image, under what is asked for."""
    snapshot = getattr(image, "ebs_snapshot", None)
    devices = {image.root_device_name: {"VolumeSize": 8, "VolumeType": "gp2", "DeleteOnTermination": True,
                                        "SnapshotId": snapshot.id if snapshot else None}}
    for mapping in p.get("BlockDeviceMappings") or []:
        name = mapping["DeviceName"]
        if mapping.get("NoDevice") is not None:
            devices.pop(name, None)
        elif mapping.get("Ebs"):
            devices[name] = {**devices.get(name, {}), **{k: v for k, v in mapping["Ebs"].items() if v is not None}}
            if devices[name].get("VolumeType") == "gp2" and mapping["Ebs"].get("VolumeType") is None:
                devices[name].pop("Iops", None)
        elif not mapping.get("VirtualName"):
            raise AwsError("MissingParameter", "The request must contain the parameter ebs")
    return devices


def _interfaces(call, p, placement):
    ec2, given = lookups.ec2(call), p.get("NetworkInterfaces") or []
    plain = ("SubnetId", "SecurityGroupIds", "SecurityGroups", "PrivateIpAddress", "Ipv6AddressCount", "Ipv6Addresses")
    if given and any(p.get(name) for name in plain):
        raise AwsError("InvalidParameterCombination", "Network interfaces and an instance-level subnet ID, security groups or addresses "
                       "may not be specified on the same request")
    if not given:
        given = [{"DeviceIndex": 0, "SubnetId": p.get("SubnetId"), "PrivateIpAddress": p.get("PrivateIpAddress"),
                  "Ipv6AddressCount": p.get("Ipv6AddressCount"), "Ipv6Addresses": p.get("Ipv6Addresses"),
                  "PrimaryIpv6": p.get("EnablePrimaryIpv6"), "Groups": _group_ids(call, p)}]
    if not any(int(n.get("DeviceIndex") or 0) == 0 for n in given):
        raise AwsError("InvalidParameterCombination", "A network interface with device index 0 must be specified.")
    return {int(n.get("DeviceIndex") or 0): _interface(call, ec2, n, placement) for n in given}


def _group_ids(call, p):
    ec2, ids = lookups.ec2(call), list(p.get("SecurityGroupIds") or [])
    for name in p.get("SecurityGroups") or []:
        group = ec2.get_security_group_by_name_or_id(name)
        if group is None:
            raise AwsError("InvalidGroup.NotFound", f"The security group '{name}' does not exist")
        ids.append(group.id)
    return ids


def _interface(call, ec2, n, placement):
    if n.get("NetworkInterfaceId"):
        nic = ec2.enis.get(n["NetworkInterfaceId"])
        if nic is None:
            raise AwsError("InvalidNetworkInterfaceID.NotFound", f"The networkInterface ID '{n['NetworkInterfaceId']}' does not exist")
        if nic.instance is not None:
            raise AwsError("InvalidNetworkInterface.InUse", f"interface {nic.id} is in use")
        nic.delete_on_termination = bool(n.get("DeleteOnTermination"))
        return nic
    subnet = lookups.subnet(call, n["SubnetId"]) if n.get("SubnetId") else _default_subnet(call, placement)
    if subnet is None:
        raise AwsError("InvalidSubnetID.NotFound", f"The subnet ID '{n.get('SubnetId')}' does not exist")
    for group in n.get("Groups") or []:
        if lookups.security_group(call, group) is None:
            raise AwsError("InvalidGroup.NotFound", f"The security group '{group}' does not exist")
    taken = {a["PrivateIpAddress"] for e in ec2.enis.values() if e.subnet.id == subnet.id for a in e.private_ip_addresses}
    secondary = [a["PrivateIpAddress"] for a in n.get("PrivateIpAddresses") or [] if not a.get("Primary")]
    primary = n.get("PrivateIpAddress") or next((a["PrivateIpAddress"] for a in n.get("PrivateIpAddresses") or [] if a.get("Primary")), None)
    if {primary, *secondary} & taken:
        raise AwsError("InvalidIPAddress.InUse", f"Address {primary} is in use.")
    if primary is None:
        hosts = (str(h) for h in list(subnet.cidr.hosts())[3:4096])
        primary = next(h for h in hosts if h not in taken and h not in secondary and h not in subnet._subnet_ips)
    nic = ec2.create_network_interface(
        subnet, primary, [{"Primary": True, "PrivateIpAddress": primary}, *({"Primary": False, "PrivateIpAddress": s} for s in secondary)],
        group_ids=n.get("Groups") or None, description=n.get("Description"), delete_on_termination=n.get("DeleteOnTermination") is not False,
        ipv6_addresses=[a["Ipv6Address"] for a in n.get("Ipv6Addresses") or []], ipv6_address_count=n.get("Ipv6AddressCount"),
        secondary_ips_count=n.get("SecondaryPrivateIpAddressCount"))
    public = n.get("AssociatePublicIpAddress")
    nic._asked_public = subnet.map_public_ip_on_launch in (True, "true") if public is None else bool(public)
    nic._primary_ipv6 = bool(n.get("PrimaryIpv6"))
    return nic


def _default_subnet(call, placement):
    zones = lookups.ec2(call).subnets
    defaults = [s for by_id in zones.values() for s in by_id.values() if s.default_for_az in (True, "true")]
    zone = placement.get("AvailabilityZone")
    found_in = next((s for s in sorted(defaults, key=lambda s: s.availability_zone) if not zone or s.availability_zone == zone), None)
    if found_in is None:
        raise AwsError("VPCIdNotSpecified", "No default VPC for this user. GroupName is only supported for EC2-Classic and default VPC.")
    return found_in
