"""Peering connections: the states that moto leaves out, and what each of them allows.

https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-basics.html#vpc-peering-lifecycle
"""
import ipaddress

from . import lookups, state
from .core import AwsError, after, before


def _peering(call):
    peering_id = call.params["VpcPeeringConnectionId"]
    found = lookups.ec2(call).vpc_pcxs.get(peering_id)
    if found is None:
        raise AwsError("InvalidVpcPeeringConnectionID.NotFound", f"The vpcPeeringConnection ID '{peering_id}' does not exist")
    return found


def _transition(peering, allowed, to):
    code = peering._status.code
    if code not in allowed:
        raise AwsError("InvalidStateTransition", f"Invalid state transition for {peering.id}, attempted to transition from {code} to {to}")


@after("ec2.CreateVpcPeeringConnection")
def made(call, result):
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpcPeeringConnection.html"""
    peering = result["VpcPeeringConnection"]
    overlap = ipaddress.ip_network(peering.vpc.cidr_block).overlaps(ipaddress.ip_network(peering.peer_vpc.cidr_block))
    state.start(call, peering._status, "code", "initiating-request", "failed" if overlap else "pending-acceptance")


@before("ec2.AcceptVpcPeeringConnection")
def accept(call):
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AcceptVpcPeeringConnection.html
    _transition(_peering(call), ("pending-acceptance",), "active")


@after("ec2.AcceptVpcPeeringConnection")
def accepted(call, result):
    state.start(call, result["VpcPeeringConnection"]._status, "code", "provisioning", "active")


@before("ec2.ModifyVpcPeeringConnectionOptions")
def modify(call):
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVpcPeeringConnectionOptions.html
    peering = _peering(call)
    if peering._status.code != "active":
        raise AwsError("OperationNotPermitted", f"Peering {peering.id} is not active. Peering options can be added only to active peerings.")


@before("ec2.DeleteVpcPeeringConnection")
def delete(call):
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteVpcPeeringConnection.html
    peering = _peering(call)
    if peering._status.code == "deleted":
        return {"Return": True}
    _transition(peering, ("initiating-request", "pending-acceptance", "provisioning", "active", "rejected"), "deleting")
    state.start(call, peering._status, "code", "deleting", "deleted")
    return {"Return": True}


@before("ec2.DescribeVpcPeeringConnections")
def describe(call):
    for peering_id in call.params.get("VpcPeeringConnectionIds") or []:
        if peering_id not in lookups.ec2(call).vpc_pcxs:
            raise AwsError("InvalidVpcPeeringConnectionID.NotFound", f"The vpcPeeringConnection ID '{peering_id}' does not exist")


@after("ec2.DescribeVpcPeeringConnections")
def seen(call, result):
    state.seen([p._status for p in result["VpcPeeringConnections"]])
