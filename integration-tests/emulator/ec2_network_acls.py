"""EC2's network ACLs: what a new one denies, how an entry is kept, and the subnet that always has one.

https://docs.aws.amazon.com/vpc/latest/userguide/vpc-network-acls.html
"""
from moto.ec2.models.network_acls import NetworkAclEntry

from . import lookups
from .core import AwsError, after, before, operation

LAST = {"ipv4": (32767, "0.0.0.0/0"), "ipv6": (32768, "::/0")}


def _acl(call):
    acl = lookups.ec2(call).network_acls.get(call.params["NetworkAclId"])
    if acl is None:
        raise AwsError("InvalidNetworkAclID.NotFound", f"The networkAcl ID '{call.params['NetworkAclId']}' does not exist")
    return acl


def _entry(ec2, acl, **what):
    names = ("cidr_block", "ipv6_cidr_block", "icmp_code", "icmp_type", "port_range_from", "port_range_to")
    return NetworkAclEntry(ec2, network_acl_id=acl.id, **{**dict.fromkeys(names), **what})


def _find(acl, params):
    return next((e for e in acl.network_acl_entries
                 if e.rule_number == params["RuleNumber"] and e.egress == params["Egress"]), None)


def _missing(params):
    return AwsError("InvalidNetworkAclEntry.NotFound", f"The network acl entry with rule number {params['RuleNumber']} "
                    f"and egress {str(params['Egress']).lower()} does not exist")


def deny_the_rest(ec2, acl):
    """The rule `*`, which nobody can change.

    https://docs.aws.amazon.com/vpc/latest/userguide/nacl-rules.html
    """
    families = ["ipv4"] + ["ipv6"] * any(v.get_cidr_block_association_set(ipv6=True) for v in [ec2.vpcs[acl.vpc_id]])
    for family in families:
        number, cidr = LAST[family]
        for egress in (False, True):
            if not any(e.rule_number == number and e.egress == egress for e in acl.network_acl_entries):
                key = "cidr_block" if family == "ipv4" else "ipv6_cidr_block"
                acl.network_acl_entries.append(_entry(
                    ec2, acl, rule_number=number, protocol="-1", rule_action="deny", egress=egress, **{key: cidr}))


@after("ec2.CreateNetworkAcl")
def network_acl_made(call, result):
    deny_the_rest(lookups.ec2(call), result["NetworkAcl"])


@before("ec2.DeleteNetworkAcl")
def delete_network_acl(call):
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteNetworkAcl.html
    acl = _acl(call)
    if acl.default:
        raise AwsError("InvalidParameterValue", f"cannot delete default network ACL {acl.id}")


@before("ec2.ReplaceNetworkAclAssociation")
def replace_association(call):
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ReplaceNetworkAclAssociation.html
    _acl(call)
    wanted = call.params["AssociationId"]
    if not any(wanted in a._associations for a in lookups.ec2(call).network_acls.values()):
        raise AwsError("InvalidAssociationID.NotFound", f"The association ID '{wanted}' does not exist")


@after("ec2.DeleteSubnet")
def subnet_gone(call, result):
    for acl in lookups.ec2(call).network_acls.values():
        for key in [k for k, a in acl._associations.items() if a.subnet_id == call.params["SubnetId"]]:
            del acl._associations[key]


@operation("ec2.CreateNetworkAclEntry", "ec2.ReplaceNetworkAclEntry")
def write_entry(call):
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateNetworkAclEntry.html
    p, ec2, acl = call.params, lookups.ec2(call), _acl(call)
    old, replaces = _find(acl, p), call.action.startswith("Replace")
    if old is not None and not replaces:
        raise AwsError("NetworkAclEntryAlreadyExists", f"The network acl entry identified by {p['RuleNumber']} already exists.")
    if old is None and replaces:
        raise _missing(p)
    if not 1 <= p["RuleNumber"] <= 32766:
        raise AwsError("InvalidParameterValue", f"Value ({p['RuleNumber']}) for parameter ruleNumber is invalid.")
    if bool(p.get("CidrBlock")) == bool(p.get("Ipv6CidrBlock")):
        raise AwsError("MissingParameter", "The request must contain exactly one of: cidrBlock, ipv6CidrBlock")
    # Ports are those of TCP and UDP alone, types and codes those of ICMP.
    ports = (p.get("PortRange") or {}) if p["Protocol"] in ("6", "17") else {}
    icmp = (p.get("IcmpTypeCode") or {}) if p["Protocol"] in ("1", "58") else {}
    if p["Protocol"] in ("6", "17") and ports.get("From") is None:
        raise AwsError("MissingParameter", "The request must contain the parameter portRange")
    if p["Protocol"] in ("1", "58") and icmp.get("Type") is None:
        raise AwsError("MissingParameter", "The request must contain the parameter icmp type and code")
    made = _entry(ec2, acl, rule_number=p["RuleNumber"], protocol=p["Protocol"], rule_action=p["RuleAction"].lower(), egress=p["Egress"],
                  cidr_block=p.get("CidrBlock"), ipv6_cidr_block=p.get("Ipv6CidrBlock"), icmp_code=icmp.get("Code"),
                  icmp_type=icmp.get("Type"), port_range_from=ports.get("From"), port_range_to=ports.get("To"))
    if old is not None:
        acl.network_acl_entries.remove(old)
    acl.network_acl_entries.append(made)
    return {}


@operation("ec2.DeleteNetworkAclEntry")
def delete_entry(call):
    acl = _acl(call)
    old = _find(acl, call.params)
    if old is None:
        raise _missing(call.params)
    acl.network_acl_entries.remove(old)
    return {}
