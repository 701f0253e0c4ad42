"""Spot requests that RunInstances makes.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-requests.html
"""
from . import state
from .core import before, hex_id, now
from .ec2_filters import asked
from .ec2_instances import ENDED
from .ec2_volumes import invalid


def _requests(account, region):
    return state.table(account, region, "ec2", "spot_requests")


def request(call, instance, options):
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_SpotMarketOptions.html
    kind, behavior = options.get("SpotInstanceType") or "one-time", options.get("InstanceInterruptionBehavior") or "terminate"
    if kind == "one-time" and behavior != "terminate":
        raise invalid("Stop and hibernate need a persistent Spot request.")
    if options.get("ValidUntil") and kind != "persistent":
        raise invalid("ValidUntil is for persistent Spot requests.")
    made = {"SpotInstanceRequestId": hex_id("sir-", 8), "InstanceId": instance.id, "State": "active", "Type": kind, "CreateTime": now(),
            "InstanceInterruptionBehavior": behavior, "SpotPrice": f"{float(options.get('MaxPrice') or '0.096'):.6f}",
            "ProductDescription": "Linux/UNIX", "Status": {"Code": "fulfilled", "Message": "Your Spot request is fulfilled.", "UpdateTime": now()}}
    if options.get("ValidUntil"):
        made["ValidUntil"] = options["ValidUntil"]
    _requests(call.account, call.region)[made["SpotInstanceRequestId"]] = made
    instance.instance_lifecycle, instance.spot_instance_request_id = "spot", made["SpotInstanceRequestId"]


@before("ec2.DescribeSpotInstanceRequests")
def describe(call):
    """Those of RunInstances; moto has the others."""
    held, ids = _requests(call.account, call.region), call.params.get("SpotInstanceRequestIds") or []
    by_filter = [v for f in asked(call) if f["Name"] == "spot-instance-request-id" for v in f.get("Values") or []]
    if (ids or by_filter) and all(i in held for i in ids):
        return {"SpotInstanceRequests": [held[i] for i in held if i in ids or i in by_filter]}
    return None


@before("ec2.CancelSpotInstanceRequests")
def cancel(call):
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CancelSpotInstanceRequests.html
    held, ids = _requests(call.account, call.region), call.params.get("SpotInstanceRequestIds") or []
    if not ids or not all(i in held for i in ids):
        return None
    for i in ids:
        held[i]["State"] = "cancelled"
    return {"CancelledSpotInstanceRequests": [{"SpotInstanceRequestId": i, "State": "cancelled"} for i in ids]}


def close(account, region, instance):
    held = _requests(account, region).get(getattr(instance, "spot_instance_request_id", None))
    if held and held["State"] == "active":
        held["State"] = "closed"


ENDED.append(close)
