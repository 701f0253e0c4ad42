"""Filters of EC2's Describe calls: moto knows some of them, matches few with wildcards, and takes unknown names.

Here each filter is a path into the answer, so that it matches exactly what the answer shows. Values may hold `*` and
`?`; several values mean any of them, several filters mean all.
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html
"""
import re

from moto.core.serialize import AttributePickerContext, XFormedAttributePicker
from moto.ec2.responses._base_response import EC2BaseResponse

from .core import CURRENT, AwsError, after

ROUTE = {"destination-cidr-block": "DestinationCidrBlock", "destination-ipv6-cidr-block": "DestinationIpv6CidrBlock",
         "destination-prefix-list-id": "DestinationPrefixListId", "gateway-id": "GatewayId", "nat-gateway-id": "NatGatewayId",
         "instance-id": "InstanceId", "transit-gateway-id": "TransitGatewayId", "origin": "Origin", "state": "State",
         "egress-only-internet-gateway-id": "EgressOnlyInternetGatewayId", "vpc-peering-connection-id": "VpcPeeringConnectionId"}
PERMISSION = {"cidr": "IpRanges.CidrIp", "ipv6-cidr": "Ipv6Ranges.CidrIpv6", "from-port": "FromPort", "to-port": "ToPort",
              "protocol": "IpProtocol", "group-id": "UserIdGroupPairs.GroupId", "group-name": "UserIdGroupPairs.GroupName",
              "user-id": "UserIdGroupPairs.UserId", "prefix-list-id": "PrefixListIds.PrefixListId"}

# action: (list in the answer, {filter: path}); None marks what AWS documents and the layer does not have
TABLE = {
    "DescribeVpcs": ("Vpcs", {
        "vpc-id": "VpcId", "cidr": "CidrBlock", "is-default": "IsDefault", "isDefault": "IsDefault", "state": "State",
        "owner-id": "OwnerId", "dhcp-options-id": "DhcpOptionsId", "cidr-block-association.cidr-block": "CidrBlockAssociationSet.CidrBlock",
        "cidr-block-association.association-id": "CidrBlockAssociationSet.AssociationId",
        "cidr-block-association.state": "CidrBlockAssociationSet.CidrBlockState.State",
        "ipv6-cidr-block-association.ipv6-cidr-block": "Ipv6CidrBlockAssociationSet.Ipv6CidrBlock",
        "ipv6-cidr-block-association.association-id": "Ipv6CidrBlockAssociationSet.AssociationId",
        "ipv6-cidr-block-association.state": "Ipv6CidrBlockAssociationSet.Ipv6CidrBlockState.State",
        "ipv6-cidr-block-association.ipv6-pool": None}),
    "DescribeSubnets": ("Subnets", {
        "subnet-id": "SubnetId", "vpc-id": "VpcId", "availability-zone": "AvailabilityZone", "availabilityZone": "AvailabilityZone",
        "availability-zone-id": "AvailabilityZoneId", "cidr-block": "CidrBlock", "cidr": "CidrBlock", "cidrBlock": "CidrBlock",
        "state": "State", "owner-id": "OwnerId", "subnet-arn": "SubnetArn", "default-for-az": "DefaultForAz",
        "map-public-ip-on-launch": "MapPublicIpOnLaunch", "available-ip-address-count": "AvailableIpAddressCount",
        "ipv6-cidr-block-association.ipv6-cidr-block": "Ipv6CidrBlockAssociationSet.Ipv6CidrBlock",
        "ipv6-cidr-block-association.association-id": "Ipv6CidrBlockAssociationSet.AssociationId",
        "ipv6-cidr-block-association.state": "Ipv6CidrBlockAssociationSet.Ipv6CidrBlockState.State"}),
    "DescribeInternetGateways": ("InternetGateways", {
        "internet-gateway-id": "InternetGatewayId", "attachment.vpc-id": "Attachments.VpcId",
        "attachment.state": "Attachments.State", "owner-id": "OwnerId"}),
    "DescribeNatGateways": ("NatGateways", {
        "nat-gateway-id": "NatGatewayId", "vpc-id": "VpcId", "subnet-id": "SubnetId", "state": "State"}),
    "DescribeRouteTables": ("RouteTables", {
        "route-table-id": "RouteTableId", "vpc-id": "VpcId", "owner-id": "OwnerId", "association.main": "Associations.Main",
        "association.route-table-association-id": "Associations.RouteTableAssociationId",
        "association.route-table-id": "Associations.RouteTableId", "association.subnet-id": "Associations.SubnetId",
        "association.gateway-id": "Associations.GatewayId", **{f"route.{k}": f"Routes.{v}" for k, v in ROUTE.items()}}),
    "DescribeVpcEndpoints": ("VpcEndpoints", {
        "vpc-endpoint-id": "VpcEndpointId", "vpc-id": "VpcId", "service-name": "ServiceName", "vpc-endpoint-state": "State",
        "vpc-endpoint-type": "VpcEndpointType", "ip-address-type": "IpAddressType", "service-region": None}),
    "DescribeSecurityGroups": ("SecurityGroups", {
        "group-id": "GroupId", "group-name": "GroupName", "vpc-id": "VpcId", "description": "Description", "owner-id": "OwnerId",
        **{f"ip-permission.{k}": f"IpPermissions.{v}" for k, v in PERMISSION.items()},
        **{f"egress.ip-permission.{k}": f"IpPermissionsEgress.{v}" for k, v in PERMISSION.items()}}),
    "DescribeSecurityGroupRules": ("SecurityGroupRules", {"group-id": "GroupId", "security-group-rule-id": "SecurityGroupRuleId"}),
    "DescribeAddresses": ("Addresses", {
        "allocation-id": "AllocationId", "association-id": "AssociationId", "public-ip": "PublicIp", "domain": "Domain",
        "instance-id": "InstanceId", "network-interface-id": "NetworkInterfaceId", "private-ip-address": "PrivateIpAddress",
        "network-interface-owner-id": "NetworkInterfaceOwnerId", "network-border-group": "NetworkBorderGroup"}),
    "DescribeDhcpOptions": ("DhcpOptions", {
        "dhcp-options-id": "DhcpOptionsId", "key": "DhcpConfigurations.Key", "value": "DhcpConfigurations.Values.Value",
        "owner-id": "OwnerId"}),
    "DescribeEgressOnlyInternetGateways": ("EgressOnlyInternetGateways", {}),
    "DescribeFlowLogs": ("FlowLogs", {
        "flow-log-id": "FlowLogId", "resource-id": "ResourceId", "traffic-type": "TrafficType", "log-group-name": "LogGroupName",
        "log-destination-type": "LogDestinationType", "deliver-log-status": "DeliverLogsStatus"}),
    "DescribeKeyPairs": ("KeyPairs", {"key-name": "KeyName", "key-pair-id": "KeyPairId", "fingerprint": "KeyFingerprint"}),
    "DescribePlacementGroups": ("PlacementGroups", {
        "group-name": "GroupName", "group-arn": "GroupArn", "state": "State", "strategy": "Strategy", "spread-level": "SpreadLevel"}),
    "DescribeLaunchTemplates": ("LaunchTemplates", {"launch-template-name": "LaunchTemplateName", "create-time": "CreateTime"}),
    "DescribeNetworkAcls": ("NetworkAcls", {
        "network-acl-id": "NetworkAclId", "vpc-id": "VpcId", "default": "IsDefault", "owner-id": "OwnerId",
        "association.association-id": "Associations.NetworkAclAssociationId", "association.network-acl-id": "Associations.NetworkAclId",
        "association.subnet-id": "Associations.SubnetId", "entry.rule-number": "Entries.RuleNumber", "entry.egress": "Entries.Egress",
        "entry.cidr": "Entries.CidrBlock", "entry.protocol": "Entries.Protocol", "entry.rule-action": "Entries.RuleAction"}),
    "DescribeVpcPeeringConnections": ("VpcPeeringConnections", {
        "vpc-peering-connection-id": "VpcPeeringConnectionId", "status-code": "Status.Code", "status-message": "Status.Message",
        **{f"{side}-vpc-info.{name}": f"{side.capitalize()}VpcInfo.{member}" for side in ("accepter", "requester")
           for name, member in (("vpc-id", "VpcId"), ("owner-id", "OwnerId"), ("cidr-block", "CidrBlock"))}}),
    "DescribeNetworkInterfaces": ("NetworkInterfaces", {
        "network-interface-id": "NetworkInterfaceId", "vpc-id": "VpcId", "subnet-id": "SubnetId", "group-id": "Groups.GroupId",
        "group-name": "Groups.GroupName", "description": "Description", "status": "Status", "owner-id": "OwnerId",
        "requester-managed": "RequesterManaged", "requester-id": "RequesterId", "interface-type": "InterfaceType",
        "private-ip-address": "PrivateIpAddress", "addresses.private-ip-address": "PrivateIpAddresses.PrivateIpAddress",
        "availability-zone": "AvailabilityZone", "mac-address": "MacAddress", "attachment.attachment-id": "Attachment.AttachmentId",
        "attachment.instance-id": "Attachment.InstanceId", "attachment.status": "Attachment.Status",
        "association.allocation-id": "Association.AllocationId", "association.public-ip": "Association.PublicIp",
        "association.association-id": "Association.AssociationId", "source-dest-check": "SourceDestCheck"}),
}

_picker = XFormedAttributePicker()
_moto_filters = EC2BaseResponse._filters_from_querystring


def _left_to_the_layer(self):
    call = getattr(CURRENT, "call", None)
    return {} if call is not None and call.action in TABLE else _moto_filters(self)


EC2BaseResponse._filters_from_querystring = _left_to_the_layer


def asked(call):
    return call.params.get("Filters") or call.params.get("Filter") or []


@after("result")
def filtered(call, result):
    """Runs ahead of the paging, since a page holds only what matches."""
    if call.service == "ec2" and call.action in TABLE and asked(call):
        key, paths = TABLE[call.action]
        for condition in asked(call):
            _path(paths, condition["Name"])
        shape = call.model.operation_model(call.action).output_shape.members[key].member
        result[key] = [row for row in result.get(key) or [] if all(_matches(row, shape, paths, f) for f in asked(call))]


def _path(paths, name):
    if name == "tag-key":
        return "Tags.Key"
    if name.startswith("tag:"):
        return "Tags"
    if name not in paths:
        raise AwsError("InvalidParameterValue", f"The filter '{name}' is invalid")
    if paths[name] is None:
        raise NotImplementedError(f"the filter {name}")
    return paths[name]


def _matches(row, shape, paths, condition):
    name, values = condition["Name"], condition.get("Values") or []
    path = _path(paths, name)
    if "TagSet" in shape.members:  # as network interfaces call their tags
        path = path.replace("Tags", "TagSet") if name.startswith("tag") else path
    if name.startswith("tag:"):
        found = [_text(v) for k, v in zip(_walk(row, shape, [path, "Key"]), _walk(row, shape, [path, "Value"])) if k == name[4:]]
    else:
        found = [_text(v) for v in _walk(row, shape, path.split("."))]
    return any(_like(value).fullmatch(text) for value in values for text in found)


def _like(value):
    return re.compile(re.escape(value).replace(r"\*", ".*").replace(r"\?", "."), re.S)


def _text(value):
    return str(value).lower() if isinstance(value, bool) else str(value)


def _walk(thing, shape, path):
    """The values at a path of AWS's member names, through lists, as the serialiser would write them."""
    if shape.type_name == "list":
        return [v for item in thing or [] for v in _walk(item, shape.member, path)]
    if not path:
        return [] if thing is None or thing == "" else [thing]
    member = shape.members[path[0]]
    member.parent = shape  # moto sets it while it writes an answer: the first filter of a run comes before that
    value = _picker(AttributePickerContext(obj=thing, key=path[0], shape=member, key_path=""))
    return [] if value is None else _walk(value, member, path[1:])
