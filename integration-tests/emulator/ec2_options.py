"""What stands beside EC2's network: DHCP options, key pairs, flow logs.

moto keeps the greater part of them; here is what it drops.
"""
from moto.ec2.models.flow_logs import FlowLogs
from moto.s3.models import s3_backends

from . import lookups
from .core import AwsError, after, before, hex_id, operation

LEASE = "ipv6-address-preferred-lease-time"


def tags_of(call, kind):
    return {t["Key"]: t.get("Value", "") for s in call.params.get("TagSpecifications") or [] if s.get("ResourceType") == kind
            for t in s.get("Tags") or []}


# ---------------------------------------------------------------- DHCP options

@after("ec2.CreateDhcpOptions")
def dhcp_options_made(call, result):
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateDhcpOptions.html
    made = result["DhcpOptions"]
    made.owner_id = call.account
    made.add_tags(tags_of(call, "dhcp-options"))
    for option in call.params.get("DhcpConfigurations") or []:
        if option["Key"] == LEASE:
            made._options[LEASE] = option["Values"]


@before("ec2.DeleteDhcpOptions")
def delete_dhcp_options(call):
    wanted = call.params["DhcpOptionsId"]
    if any(v.dhcp_options is not None and v.dhcp_options.id == wanted for v in lookups.ec2(call).vpcs.values()):
        raise AwsError("DependencyViolation", f"The dhcpOptions '{wanted}' has dependencies and cannot be deleted.")


@before("ec2.DeleteVpc")
def delete_vpc(call):
    vpc = lookups.ec2(call).vpcs.get(call.params["VpcId"])
    if vpc is not None and vpc.dhcp_options is not None:
        call.effects["dhcp_options"] = vpc.dhcp_options


@after("ec2.DeleteVpc")
def vpc_gone(call, result):
    """The options outlive the VPC; moto deletes them with it."""
    options = call.effects.get("dhcp_options")
    if options is not None:
        lookups.ec2(call).dhcp_options_sets[options.id] = options


# ---------------------------------------------------------------- flow logs

FORMAT = " ".join("${%s}" % name for name in (
    "version", "account-id", "interface-id", "srcaddr", "dstaddr", "srcport", "dstport", "protocol", "packets", "bytes", "start", "end",
    "action", "log-status"))


@operation("ec2.CreateFlowLogs")
def create_flow_logs(call):
    """A log group may be given by its name or by its ARN, and is shown by both; a bucket may be followed by a folder.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateFlowLogs.html
    """
    p, ec2, made, refused = call.params, lookups.ec2(call), [], []
    kind, group = p.get("LogDestinationType") or "cloud-watch-logs", p.get("LogGroupName")
    to = p.get("LogDestination") or group and f"arn:aws:logs:{call.region}:{call.account}:log-group:{group}"
    if not to:
        raise AwsError("InvalidParameter", "LogDestination can't be empty if LogGroupName is not provided.")
    if kind == "cloud-watch-logs":
        group = to.split(":", 6)[6]
        if not p.get("DeliverLogsPermissionArn"):
            raise AwsError("InvalidParameter", "DeliverLogsPermissionArn can't be empty if LogDestinationType is cloud-watch-logs.")
    if (p.get("MaxAggregationInterval") or 600) not in (60, 600):
        raise AwsError("InvalidParameter", "Invalid Flow Log Max Aggregation Interval")
    for subject in p["ResourceIds"]:
        if kind == "s3" and to.split(":", 5)[5].split("/")[0] not in s3_backends[call.account]["aws"].buckets:
            refused.append({"ResourceId": subject, "Error": {
                "Code": "400", "Message": f"LogDestination: {to.split(':', 5)[5].split('/')[0]} does not exist"}})
            continue
        if any((f.resource_id, f.log_destination) == (subject, to) for f in ec2.flow_logs.values()):
            raise AwsError("FlowLogAlreadyExists", "Error. There is an existing Flow Log with the same configuration and log destination.")
        log = FlowLogs(ec2, hex_id("fl-"), subject, p.get("TrafficType"), to, group, p.get("DeliverLogsPermissionArn"),
                       p.get("MaxAggregationInterval") or 600, kind, p.get("LogFormat") or FORMAT)
        log.deliver_cross_account_role = p.get("DeliverCrossAccountRole")
        if kind == "s3":
            log.destination_options = {"FileFormat": "plain-text", "HiveCompatiblePartitions": False, "PerHourPartition": False,
                                       **(p.get("DestinationOptions") or {})}
        log.add_tags(tags_of(call, "vpc-flow-log"))
        ec2.flow_logs[log.id] = log
        made.append(log.id)
    return {"FlowLogIds": made, "Unsuccessful": refused}
