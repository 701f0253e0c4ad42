"""EC2's general rules (dry runs, client tokens, paging, filters) and its network: what may be deleted, NAT gateways.

Security groups and launch templates have files of their own.
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
"""
import hashlib
import re

from moto.core.utils import get_pagination_model
from moto.ec2.models import ec2_backends
from moto.ec2.models.amis import Ami
from moto.ec2.models.subnets import Subnet

from . import lookups, state
from .core import AwsError, after, before, operation, page
from .eks_catalog import VERSIONS, image_id, image_name

GATEWAY_SERVICES = ("s3", "dynamodb", "s3express")


def depends(what, thing):
    return AwsError("DependencyViolation", f"The {what} '{thing}' has dependencies and cannot be deleted.")


# ---------------------------------------------------------------- every call

@before("*")
def dry_run(call):
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/CommonParameters.html (412 and DryRunOperation)
    if call.service == "ec2" and b"DryRun=true" in call.body:
        raise AwsError("DryRunOperation", "Request would have succeeded, but DryRun flag is set.", status=412)


@before("*")
def repeated_token(call):
    """The same client token again is answered with what the first call made.

    https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html
    """
    if call.service != "ec2" or b"ClientToken=" not in call.body:
        return None
    token = call.request.values.get("ClientToken")
    asked = hashlib.sha256("&".join(sorted(
        f"{k}={v}" for k, v in call.request.values.items(multi=True))).encode()).hexdigest()
    known = state.table(call.account, call.region, "ec2", "tokens").get((call.action, token))
    if known is None:
        call.effects["token"] = (call.action, token, asked)
        return None
    if known[0] != asked:
        raise AwsError("IdempotentParameterMismatch", "The request uses the same client token as a previous, but "
                       "non-identical request.")
    return known[1]


@after("*")
def keep_token(call, answer):
    token = call.effects.get("token")
    if token and answer[0] < 300:
        state.table(call.account, call.region, "ec2", "tokens")[token[:2]] = (token[2], answer)


@after("result")
def paged(call, result):
    """MaxResults and NextToken, which moto ignores in most of EC2.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/Query-Requests.html#api-pagination
    """
    if call.service != "ec2" or not call.action.startswith("Describe") or not isinstance(result, dict):
        return
    if b"MaxResults=" not in call.body and b"NextToken=" not in call.body or result.get("NextToken"):
        return
    config = get_pagination_model("ec2").get(call.action)
    if config and result.get(config["result_key"]):
        rows, token = page(list(result[config["result_key"]]), call.params.get("MaxResults"), call.params.get("NextToken"),
                           AwsError("InvalidNextToken", "The token is invalid."))
        result[config["result_key"]] = rows
        if token:
            result["NextToken"] = token


@before("ec2.CreateTags", "ec2.DeleteTags")
def reserved_tags(call):
    # https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions
    for tag in call.params.get("Tags") or []:
        if tag["Key"].lower().startswith("aws:"):
            raise AwsError("InvalidParameterValue", f"Value ( {tag['Key']} ) for parameter key is invalid. Tag keys starting "
                           "with 'aws:' are reserved for internal use")


# ---------------------------------------------------------------- what is in use stays

@before("ec2.DeleteVpc")
def delete_vpc(call):
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteVpc.html
    ec2, vpc_id = lookups.ec2(call), call.params["VpcId"]
    if vpc_id not in ec2.vpcs:
        return
    used = (any(g.vpc and g.vpc.id == vpc_id for g in ec2.internet_gateways.values())
            or any(s.vpc_id == vpc_id for zone in ec2.subnets.values() for s in zone.values())
            or any(g.name != "default" for g in ec2.groups.get(vpc_id, {}).values())
            or any(n.vpc_id == vpc_id and n.state != "deleted" for n in ec2.nat_gateways.values())
            or any(a.vpc_id == vpc_id and not a.default for a in ec2.network_acls.values())
            or any(g.vpc_id == vpc_id for g in ec2.egress_only_internet_gateways.values())
            or any(e.vpc_id == vpc_id and e.state != "deleted" for e in ec2.vpc_end_points.values()))
    if used:
        raise depends("vpc", vpc_id)


@after("ec2.DeleteVpc")
def vpc_gone(call, result):
    """Its default network ACL goes with it."""
    acls = lookups.ec2(call).network_acls
    for acl_id in [i for i, a in acls.items() if a.vpc_id == call.params["VpcId"]]:
        del acls[acl_id]


@before("ec2.DeleteSubnet")
def delete_subnet(call):
    subnet_id = call.params["SubnetId"]
    if any(e.subnet.id == subnet_id for e in lookups.ec2(call).enis.values()):
        raise depends("subnet", subnet_id)


@after("ec2.DeleteSubnet")
def subnet_gone(call, result):
    """Its association with a route table goes with the subnet."""
    subnet_id = call.params["SubnetId"]
    for table in lookups.ec2(call).route_tables.values():
        for association in [a for a, s in table._associations.items() if s == subnet_id] if hasattr(table, "_associations") else []:
            table._associations.pop(association, None)


def _ipv6_networks(subnet):
    """moto writes a state within the state.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_SubnetIpv6CidrBlockAssociation.html
    """
    return [{"AssociationId": a["associationId"], "Ipv6CidrBlock": a["ipv6CidrBlock"], "Ipv6CidrBlockState": a["ipv6CidrBlockState"]}
            for a in subnet.ipv6_cidr_block_associations.values() if a["ipv6CidrBlockState"]["State"] == "associated"]


Subnet.ipv6_cidr_block_association_set = property(_ipv6_networks)


@after("ec2.CreateSubnet")
def subnet_made(call, result):
    """Only default subnets give out public addresses; moto takes the first one of a zone for one.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSubnet.html
    """
    result["Subnet"].default_for_az = result["Subnet"].map_public_ip_on_launch = False


@before("ec2.ModifySubnetAttribute")
def modify_subnet(call):
    """The attributes that moto takes and forgets.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifySubnetAttribute.html
    """
    p, subnet = call.params, lookups.subnet(call, call.params["SubnetId"])
    if subnet is None:
        return None
    names = subnet.private_dns_name_options_on_launch
    for argument, option in (("EnableResourceNameDnsARecordOnLaunch", "EnableResourceNameDnsARecord"),
                             ("EnableResourceNameDnsAAAARecordOnLaunch", "EnableResourceNameDnsAAAARecord")):
        if p.get(argument):
            names[option] = p[argument]["Value"]
            return {}
    if p.get("PrivateDnsHostnameTypeOnLaunch"):
        names["HostnameType"] = p["PrivateDnsHostnameTypeOnLaunch"]
        return {}
    if p.get("EnableDns64"):
        subnet.enable_dns64 = p["EnableDns64"]["Value"]
        return {}
    return None


@before("ec2.ReleaseAddress")
def release_address(call):
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ReleaseAddress.html
    for address in lookups.ec2(call).addresses:
        if address.allocation_id == call.params.get("AllocationId") and (address.association_id or address.eni):
            raise AwsError("InvalidIPAddress.InUse", f"Address {address.public_ip} is in use.")


@before("ec2.DetachInternetGateway")
def detach_internet_gateway(call):
    # A VPC with mapped public addresses keeps its gateway.
    # https://docs.aws.amazon.com/vpc/latest/userguide/working-with-igw.html
    vpc_id = call.params["VpcId"]
    if any(a.eni is not None and a.eni.subnet.vpc_id == vpc_id for a in lookups.ec2(call).addresses):
        raise AwsError("DependencyViolation", f"Network {vpc_id} has some mapped public address(es). Please unmap those "
                       "public address(es) before detaching the gateway.")


@before("ec2.DeleteRouteTable")
def delete_route_table(call):
    table = lookups.ec2(call).route_tables.get(call.params["RouteTableId"])
    if table is not None and getattr(table, "main_association_id", None):
        raise depends("routeTable", table.id)


@before("ec2.CreateRoute", "ec2.ReplaceRoute")
def route_target(call):
    p, ec2 = call.params, lookups.ec2(call)
    nat, gateway = p.get("NatGatewayId"), p.get("GatewayId")
    if nat and (nat not in ec2.nat_gateways or ec2.nat_gateways[nat].state in ("deleted", "deleting")):
        raise AwsError("InvalidNatGatewayID.NotFound", f"The natGateway ID '{nat}' does not exist")
    if gateway and gateway.startswith("igw-"):
        found, table = ec2.internet_gateways.get(gateway), ec2.route_tables.get(p["RouteTableId"])
        if found is None:
            raise AwsError("InvalidInternetGatewayID.NotFound", f"The internetGateway ID '{gateway}' does not exist")
        if table is not None and (not found.vpc or found.vpc.id != table.vpc_id):
            raise AwsError("InvalidParameterValue", f"route table {table.id} and network gateway {gateway} belong to different networks")


# ---------------------------------------------------------------- NAT gateways

@before("ec2.CreateNatGateway")
def create_nat_gateway(call):
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateNatGateway.html
    p, ec2 = call.params, lookups.ec2(call)
    if lookups.subnet(call, p["SubnetId"]) is None:
        raise AwsError("InvalidSubnetID.NotFound", f"The subnet ID '{p['SubnetId']}' does not exist")
    if p.get("ConnectivityType", "public") == "public":
        if not p.get("AllocationId"):
            raise AwsError("MissingParameter", "The request must contain the parameter AllocationId")
        address = next((a for a in ec2.addresses if a.allocation_id == p["AllocationId"]), None)
        if address is None:
            raise AwsError("InvalidAllocationID.NotFound", f"The allocation ID '{p['AllocationId']}' does not exist")
        if address.association_id:
            raise AwsError("Resource.AlreadyAssociated", f"Elastic IP address [{p['AllocationId']}] is already associated")


@after("ec2.CreateNatGateway")
def nat_gateway_made(call, result):
    nat, ec2 = result["NatGateway"], lookups.ec2(call)
    nat.connectivity_type = call.params.get("ConnectivityType") or "public"
    nat._eni.requester_managed, nat._eni.description, nat._eni.status = True, f"Interface for NAT Gateway {nat.id}", "in-use"
    nat._eni._group_set = []  # a NAT gateway has no security group
    attached = any(g.vpc and g.vpc.id == nat.vpc_id for g in ec2.internet_gateways.values())
    fail, final = call.effects.get("fail"), "available"
    if fail or (nat.connectivity_type == "public" and not attached):
        final = "failed"
        nat.failure_code = (fail or {}).get("code", "Gateway.NotAttached")
        nat.failure_message = (fail or {}).get("message", f"Network {nat.vpc_id} has no Internet gateway attached")
    for address in nat.address_set:
        address["status"], address["isPrimary"] = "associating", True
    state.start(call, nat, "state", "pending", final, "ec2.nat_settled")


@state.finisher("ec2.nat_settled")
def nat_settled(passage):
    for address in passage.thing.address_set:
        address["status"] = "succeeded"


@before("ec2.DeleteNatGateway")
def delete_nat_gateway(call):
    nat = lookups.ec2(call).nat_gateways.get(call.params["NatGatewayId"])
    if nat is None or nat.state == "deleted":
        raise AwsError("NatGatewayNotFound", f"The Nat Gateway {call.params['NatGatewayId']} was not found")
    if nat.state != "deleting":
        state.start(call, nat, "state", "deleting", "deleted", "ec2.nat_gone")
    return {"NatGatewayId": nat.id}


@state.finisher("ec2.nat_gone")
def nat_gone(passage):
    nat, ec2 = passage.thing, ec2_backends[passage.account][passage.region]
    for address in ec2.addresses:
        if address.eni is nat._eni:
            address.eni = address.association_id = None
    ec2.enis.pop(nat._eni.id, None)


@before("ec2.DescribeNatGateways")
def describe_nat_gateways(call):
    ec2 = lookups.ec2(call)
    for nat_id in call.params.get("NatGatewayIds") or []:
        if nat_id not in ec2.nat_gateways:
            raise AwsError("NatGatewayNotFound", f"The Nat Gateway {nat_id} was not found")


@after("ec2.DescribeNatGateways")
def nat_gateways_seen(call, result):
    state.seen(result["NatGateways"])


# ---------------------------------------------------------------- endpoints

@before("ec2.CreateVpcEndpoint")
def create_vpc_endpoint(call):
    # https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html
    p = call.params
    kind, prefix = p.get("VpcEndpointType") or "Gateway", f"com.amazonaws.{call.region}."
    name = p.get("ServiceName", "")
    known = name[len(prefix):] in GATEWAY_SERVICES if kind == "Gateway" else re.fullmatch(r"[a-z0-9.\-]+", name[len(prefix):])
    if not name.startswith(prefix) or not known:
        if not name.startswith("com.amazonaws.vpce."):
            raise AwsError("InvalidServiceName", f"The Vpc Endpoint Service '{name}' does not exist")


@after("ec2.CreateVpcEndpoint")
def vpc_endpoint_made(call, result):
    endpoint, ec2 = result["VpcEndpoint"], lookups.ec2(call)
    if isinstance(endpoint, dict):
        return
    for eni_id in endpoint.network_interface_ids or []:
        eni = ec2.enis.get(eni_id)
        if eni is not None:
            eni.requester_managed, eni.interface_type, eni.status = True, "vpc_endpoint", "in-use"
            eni._group_set = [g for g in map(lambda i: lookups.security_group(call, i), endpoint.security_group_ids or []) if g] or eni._group_set
    if (endpoint.vpc_endpoint_type or "Gateway").lower() == "interface":
        # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_VpcEndpoint.html
        endpoint.ip_address_type = call.params.get("IpAddressType") or "ipv4"
        endpoint.dns_options = {"DnsRecordIpType": "ipv4", **(call.params.get("DnsOptions") or {})}
        state.start(call, endpoint, "state", "pending", "available")


@operation("ec2.DeleteVpcEndpoints")
def delete_vpc_endpoints(call):
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteVpcEndpoints.html
    ec2, missing = lookups.ec2(call), []
    for endpoint_id in call.params["VpcEndpointIds"]:
        endpoint = ec2.vpc_end_points.get(endpoint_id)
        if endpoint is None:
            missing.append({"ResourceId": endpoint_id, "Error": {
                "Code": "InvalidVpcEndpoint.NotFound", "Message": f"The Vpc Endpoint Id '{endpoint_id}' does not exist"}})
        elif endpoint.state != "deleting":
            state.start(call, endpoint, "state", "deleting", "deleted", "ec2.endpoint_gone")
    return {"Unsuccessful": missing}


@state.finisher("ec2.endpoint_gone")
def endpoint_gone(passage):
    endpoint, ec2 = passage.thing, ec2_backends[passage.account][passage.region]
    ec2.delete_vpc_endpoints([endpoint.id])
    ec2.vpc_end_points.pop(endpoint.id, None)


@after("ec2.ModifyVpcEndpoint")
def vpc_endpoint_modified(call, result):
    """A gateway endpoint has a route in each of its route tables; an interface endpoint takes what is given.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVpcEndpoint.html
    """
    ec2, p = lookups.ec2(call), call.params
    endpoint = ec2.vpc_end_points.get(p["VpcEndpointId"])
    if endpoint is not None and p.get("PrivateDnsEnabled") is not None:
        endpoint.private_dns_enabled = p["PrivateDnsEnabled"]
    if endpoint is not None and p.get("IpAddressType"):
        endpoint.ip_address_type = p["IpAddressType"]
    if endpoint is not None and p.get("DnsOptions"):
        endpoint.dns_options = {**(getattr(endpoint, "dns_options", None) or {}), **p["DnsOptions"]}
    if endpoint is None or not endpoint.destination_prefix_list_id:
        return
    for table_id in p.get("AddRouteTableIds") or []:
        ec2.create_route(table_id, None, gateway_id=endpoint.id, destination_prefix_list_id=endpoint.destination_prefix_list_id)
    for table_id in p.get("RemoveRouteTableIds") or []:
        ec2.delete_route(table_id, endpoint.destination_prefix_list_id)


@after("ec2.DescribeVpcEndpoints")
def vpc_endpoints_seen(call, result):
    state.seen([e for e in result["VpcEndpoints"] if not isinstance(e, dict)])


# ---------------------------------------------------------------- the node images of EKS

@before("ec2.DescribeImages")
def eks_images(call):
    """https://docs.aws.amazon.com/eks/latest/userguide/eks-optimized-ami.html"""
    ec2 = lookups.ec2(call)
    if image_id(call.region, next(iter(VERSIONS)), "x86_64") in ec2.amis:
        return
    for version in VERSIONS:
        for arch in ("x86_64", "arm64"):
            ami_id = image_id(call.region, version, arch)
            image = Ami.__new__(Ami)
            base = next(iter(ec2.amis.values()), None)
            if base is None:
                return
            image.__dict__.update(base.__dict__)
            image.id, image.name, image.architecture = ami_id, image_name(version, arch), arch
            image.owner_id, image.owner_alias, image.public = "602401143452", "amazon", True
            image.description = f"EKS-optimized Kubernetes node based on Amazon Linux 2023, (k8s: {VERSIONS[version]['patch']}, containerd: 2.1.*)"
            image.image_location, image.platform = f"amazon/{image.name}", None
            image.root_device_name, image.root_device_type, image.virtualization_type = "/dev/xvda", "ebs", "hvm"
            ec2.amis[ami_id] = image


