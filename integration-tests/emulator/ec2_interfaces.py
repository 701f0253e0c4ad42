"""Network interfaces: addresses, prefixes and attributes that moto leaves out or picks at random.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-eni.html
"""
import ipaddress

from moto.ec2.models import ec2_backends
from moto.ec2.models.elastic_network_interfaces import Attachment, NetworkInterface
from moto.ec2.utils import generate_dns_from_ip

from . import lookups, state
from .core import AwsError, after, before, operation

KINDS = ("efa", "efa-only", "branch", "trunk", "evs")


def _invalid(message):
    return AwsError("InvalidParameterValue", message)


def _eni(call):
    found = lookups.ec2(call).enis.get(call.params["NetworkInterfaceId"])
    if found is None:
        raise AwsError("InvalidNetworkInterfaceID.NotFound",
                       f"The networkInterface ID '{call.params['NetworkInterfaceId']}' does not exist")
    return found


# ---------------------------------------------------------------- what an interface shows

def _ipv6_shown(eni):
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_NetworkInterfaceIpv6Address.html
    primary = getattr(eni, "_primary_ipv6", False)
    return [{"Ipv6Address": ip, "IsPrimaryIpv6": primary and n == 0} for n, ip in enumerate(eni.ipv6_addresses)]


NetworkInterface.network_interface_ipv6_addresses_list = property(_ipv6_shown)
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_NetworkInterface.html
NetworkInterface.ipv4_prefixes = NetworkInterface.ipv6_prefixes = ()


def _put_ipv4(eni, addresses):
    """The first address is the primary one; all have names where their VPC gives names."""
    vpc = eni.ec2_backend.vpcs.get(eni.subnet.vpc_id)
    named = vpc is not None and vpc.enable_dns_hostnames
    eni.private_ip_addresses = [
        {"Primary": n == 0, "PrivateIpAddress": ip, **({"PrivateDnsName": generate_dns_from_ip(ip)} if named else {})}
        for n, ip in enumerate(addresses)]
    eni.private_ip_address = addresses[0]
    if named:
        eni.private_dns_name = generate_dns_from_ip(addresses[0])


# ---------------------------------------------------------------- what is free

def _ipv4(eni):
    return [a["PrivateIpAddress"] for a in eni.private_ip_addresses]


def _taken(eni, besides_own=False):
    """Networks that hold what the interfaces of the subnet have."""
    others = [e for e in eni.ec2_backend.enis.values() if e.subnet.id == eni.subnet.id and not (besides_own and e is eni)]
    return [ipaddress.ip_network(n) for e in others
            for n in (*_ipv4(e), *e.ipv6_addresses, *(p["Ipv4Prefix"] for p in e.ipv4_prefixes), *(p["Ipv6Prefix"] for p in e.ipv6_prefixes))]


def _free(network, length, taken, count):
    """So many parts of a network that overlap nothing: AWS keeps the first four addresses."""
    reserved = ipaddress.ip_network((network.network_address, network.max_prefixlen - 2))
    taken, found = [t for t in taken if t.version == network.version] + [reserved], []
    step = 1 << (network.max_prefixlen - length)
    at = int(network.network_address)
    while len(found) < count:
        if at > int(network.broadcast_address) - (1 if length == 32 else 0):
            raise AwsError("InsufficientFreeAddressesInSubnet", "The specified subnet does not have enough free addresses to satisfy the request.")
        part = ipaddress.ip_network((at, length))
        if not any(part.overlaps(t) for t in taken):
            found.append(part)
            taken.append(part)
        at += step
    return found


def _network(eni, version):
    if version == 4:
        return ipaddress.ip_network(eni.subnet.cidr_block)
    held = [a["ipv6CidrBlock"] for a in eni.subnet.ipv6_cidr_block_associations.values()
            if a["ipv6CidrBlockState"]["State"] == "associated"]
    if not held:
        raise _invalid(f"The subnet '{eni.subnet.id}' has no IPv6 CIDR block.")
    return ipaddress.ip_network(held[0])


def _given(eni, texts, version, length):
    """What a call names, if it is in the subnet and nobody's."""
    taken = _taken(eni, besides_own=True)
    for text in texts:
        part = ipaddress.ip_network(text)
        if not part.subnet_of(_network(eni, version)) or part.prefixlen != length:
            raise _invalid(f"Address {text} does not fall within the subnet's address range.")
        if any(part.version == t.version and part.overlaps(t) for t in taken):
            raise AwsError("InvalidIPAddress.InUse", f"The specified address {text} is already in use.")
    return list(texts)


def _more(eni, version, length, count):
    return [str(p.network_address if length == p.max_prefixlen else p)
            for p in _free(_network(eni, version), length, _taken(eni), count or 0)] if count else []


# ---------------------------------------------------------------- creation

@before("ec2.CreateNetworkInterface")
def create(call):
    kind = call.params.get("InterfaceType")
    if kind and kind not in KINDS:
        raise _invalid(f"Value ({kind}) for parameter interfaceType is invalid.")
    if lookups.subnet(call, call.params["SubnetId"]) is None:
        raise AwsError("InvalidSubnetID.NotFound", f"The subnet ID '{call.params['SubnetId']}' does not exist")
    for group in call.params.get("Groups") or []:
        if lookups.security_group(call, group) is None:
            raise AwsError("InvalidGroup.NotFound", f"The security group '{group}' does not exist")


@after("ec2.CreateNetworkInterface")
def made(call, result):
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateNetworkInterface.html"""
    p, eni = call.params, result["NetworkInterface"]
    eni.interface_type = p.get("InterfaceType") or "interface"
    eni.private_ip_addresses, eni.ipv6_addresses = [], []
    try:
        asked = sorted(p.get("PrivateIpAddresses") or [], key=lambda a: not a.get("Primary"))
        addresses = _given(eni, [*filter(None, [p.get("PrivateIpAddress")]), *(a["PrivateIpAddress"] for a in asked)], 4, 32)
        missing = (p.get("SecondaryPrivateIpAddressCount") or 0) + (0 if addresses else 1)
        eni.private_ip_addresses = [{"PrivateIpAddress": a} for a in addresses]
        _put_ipv4(eni, addresses + _more(eni, 4, 32, missing))
        _add_prefixes(eni, p, 4)
        _add_ipv6(eni, p)
        _add_prefixes(eni, p, 6)
    except AwsError:
        lookups.ec2(call).enis.pop(eni.id)
        raise
    eni._primary_ipv6 = bool(p.get("EnablePrimaryIpv6"))


def _add_ipv6(eni, p):
    named = [a["Ipv6Address"] if isinstance(a, dict) else a for a in p.get("Ipv6Addresses") or []]
    new = _given(eni, named, 6, 128) + _more(eni, 6, 128, p.get("Ipv6AddressCount"))
    eni.ipv6_addresses = eni.ipv6_addresses + [a for a in new if a not in eni.ipv6_addresses]
    return new


def _add_prefixes(eni, p, version):
    list_name, key, length = (f"Ipv{version}Prefixes", f"Ipv{version}Prefix", 28 if version == 4 else 80)
    named = [a[key] if isinstance(a, dict) else a for a in p.get(list_name) or []]
    new = _given(eni, named, version, length) + _more(eni, version, length, p.get(f"Ipv{version}PrefixCount"))
    held = getattr(eni, f"ipv{version}_prefixes")
    setattr(eni, f"ipv{version}_prefixes", [*held, *({key: n} for n in new if {key: n} not in held)])
    return [{key: n} for n in new]


# ---------------------------------------------------------------- changes

@operation("ec2.AssignPrivateIpAddresses")
def assign_ipv4(call):
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AssignPrivateIpAddresses.html"""
    p, eni = call.params, _eni(call)
    new = _given(eni, p.get("PrivateIpAddresses") or [], 4, 32) + _more(eni, 4, 32, p.get("SecondaryPrivateIpAddressCount"))
    _put_ipv4(eni, _ipv4(eni) + [a for a in new if a not in _ipv4(eni)])
    prefixes = _add_prefixes(eni, p, 4)
    return {"NetworkInterfaceId": eni.id, "AssignedPrivateIpAddresses": [{"PrivateIpAddress": a} for a in new],
            "AssignedIpv4Prefixes": prefixes}


@operation("ec2.UnassignPrivateIpAddresses")
def unassign_ipv4(call):
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_UnassignPrivateIpAddresses.html"""
    p, eni = call.params, _eni(call)
    gone, prefixes = p.get("PrivateIpAddresses") or [], [{"Ipv4Prefix": n} for n in p.get("Ipv4Prefixes") or []]
    if eni.private_ip_address in gone:
        raise _invalid(f"The primary address {eni.private_ip_address} cannot be unassigned.")
    if any(a not in _ipv4(eni) for a in gone) or any(n not in eni.ipv4_prefixes for n in prefixes):
        raise _invalid("Some of the addresses are not assigned to the interface.")
    _put_ipv4(eni, [a for a in _ipv4(eni) if a not in gone])
    eni.ipv4_prefixes = [n for n in eni.ipv4_prefixes if n not in prefixes]
    return {}


@operation("ec2.AssignIpv6Addresses")
def assign_ipv6(call):
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AssignIpv6Addresses.html"""
    eni = _eni(call)
    new = _add_ipv6(eni, call.params)
    prefixes = _add_prefixes(eni, call.params, 6)
    return {"NetworkInterfaceId": eni.id, "AssignedIpv6Addresses": new, "AssignedIpv6Prefixes": [p["Ipv6Prefix"] for p in prefixes]}


@operation("ec2.UnassignIpv6Addresses")
def unassign_ipv6(call):
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_UnassignIpv6Addresses.html"""
    p, eni = call.params, _eni(call)
    gone, prefixes = p.get("Ipv6Addresses") or [], p.get("Ipv6Prefixes") or []
    eni.ipv6_addresses = [a for a in eni.ipv6_addresses if a not in gone]
    eni.ipv6_prefixes = [n for n in eni.ipv6_prefixes if n["Ipv6Prefix"] not in prefixes]
    return {"NetworkInterfaceId": eni.id, "UnassignedIpv6Addresses": gone, "UnassignedIpv6Prefixes": prefixes}


@before("ec2.ModifyNetworkInterfaceAttribute")
def modify(call):
    """What moto forgets: an empty description, and the primary IPv6 address, which stays one.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyNetworkInterfaceAttribute.html
    """
    p, eni = call.params, _eni(call)
    for group in p.get("Groups") or []:
        if lookups.security_group(call, group) is None:
            raise AwsError("InvalidGroup.NotFound", f"The security group '{group}' does not exist")
    if "Description" in p:
        eni.description = p["Description"].get("Value") or ""
        return {}
    if p.get("EnablePrimaryIpv6") is not None:
        if getattr(eni, "_primary_ipv6", False) and not p["EnablePrimaryIpv6"]:
            raise _invalid("A primary IPv6 address cannot be disabled.")
        eni._primary_ipv6 = p["EnablePrimaryIpv6"]
        return {}
    return None


@before("ec2.DeleteNetworkInterface")
def delete(call):
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteNetworkInterface.html
    eni = lookups.ec2(call).enis.get(call.params["NetworkInterfaceId"])
    if eni is not None and (eni.requester_managed or eni.attachment_id or _leaves(eni)):
        raise _invalid(f"Network interface '{eni.id}' is currently in use.")


# ---------------------------------------------------------------- attachments

def _attachment(eni):
    """That of an instance, or the one that ends."""
    return Attachment(eni) if eni.attachment_id else getattr(eni, "_left", None)


NetworkInterface.attachment = property(_attachment)


def _leaves(eni):
    return getattr(eni, "_left", None) is not None and eni._left.status == "detaching"


@before("ec2.AttachNetworkInterface")
def attach(call):
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AttachNetworkInterface.html
    eni = _eni(call)
    if eni.attachment_id or _leaves(eni):
        raise AwsError("InvalidNetworkInterface.InUse", f"Interface: [{eni.id}] in use.")
    eni._left = None


@before("ec2.DetachNetworkInterface")
def detach(call):
    """An attachment is `detaching`, then `detached`, then gone.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_NetworkInterfaceAttachment.html
    """
    held = lookups.ec2(call).enis.values()
    if any(_leaves(e) and e._left.attachment_id == call.params["AttachmentId"] for e in held):
        return {}
    eni = next((e for e in held if e.attachment_id == call.params["AttachmentId"]), None)
    if eni is not None:
        call.effects["left"] = (eni, Attachment(eni))
    return None


@after("ec2.DetachNetworkInterface")
def detached(call, result):
    if "left" in call.effects:
        eni, eni._left = call.effects["left"][0], call.effects["left"][1]
        state.start(call, eni._left, "status", "detaching", "detached", "ec2.interface_detached", {"eni": eni.id})


@state.finisher("ec2.interface_detached")
def shown_once_more(passage):
    state.PASSAGES.append(state.Passage(passage.account, passage.region, passage.service, passage.thing, None, None,
                                        "ec2.interface_free", data=passage.data))


@state.finisher("ec2.interface_free")
def free(passage):
    eni = ec2_backends[passage.account][passage.region].enis.get(passage.data["eni"])
    if eni is not None and getattr(eni, "_left", None) is passage.thing:
        eni._left = None


@after("ec2.DescribeNetworkInterfaces")
def seen(call, result):
    state.seen([e._left for e in result["NetworkInterfaces"] if getattr(e, "_left", None) is not None])
