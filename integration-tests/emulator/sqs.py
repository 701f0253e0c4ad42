"""SQS: attributes that are set one by one.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
"""
import json

from moto.sqs.models import sqs_backends

from .core import after, before


def _queue(call):
    name = (call.params.get("QueueUrl") or "").rsplit("/", 1)[-1] or call.params.get("QueueName")
    return sqs_backends[call.account][call.region].queues.get(name)


@before("sqs.SetQueueAttributes")
def remember_policy(call):
    queue = _queue(call)
    if queue is not None:
        call.effects["policy"] = queue.policy


@after("sqs.SetQueueAttributes", "sqs.CreateQueue")
def keep_what_is_not_set(call, result):
    queue, given = _queue(call), call.params.get("Attributes") or {}
    if queue is None:
        return
    if "Policy" not in given and call.effects.get("policy"):
        queue.policy = call.effects["policy"]
    # "SqsManagedSseEnabled": only one kind of server-side encryption is on at a time.
    if given.get("KmsMasterKeyId"):
        queue.sqs_managed_sse_enabled = "false"
    elif given.get("SqsManagedSseEnabled") == "true":
        queue.kms_master_key_id = None
    if "RedriveAllowPolicy" in given:
        queue.redrive_allow_policy = given["RedriveAllowPolicy"]


@after("sqs.GetQueueAttributes")
def show_policies_as_they_were_set(call, result):
    asked, policy = call.params.get("AttributeNames") or [], getattr(_queue(call), "redrive_allow_policy", None)
    if result is None:
        return
    shown = result.setdefault("Attributes", {})
    if policy and ("All" in asked or "RedriveAllowPolicy" in asked):
        shown["RedriveAllowPolicy"] = policy
    if shown.get("RedrivePolicy"):
        shown["RedrivePolicy"] = json.dumps(json.loads(shown["RedrivePolicy"]), separators=(",", ":"))
