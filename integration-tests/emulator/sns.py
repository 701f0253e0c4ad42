"""SNS: attributes of topics and subscriptions that moto does not show.

https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html
https://docs.aws.amazon.com/sns/latest/api/API_SetSubscriptionAttributes.html
"""
import json

from moto.sns.models import sns_backends

from .core import AwsError, after, before

# What GetTopicAttributes tells where it was set.
SHOWN = ["ArchivePolicy", "BeginningArchiveTime", "FifoThroughputScope", "SignatureVersion", "TracingConfig",
         *(f"{protocol}{kind}" for protocol in ("Application", "Firehose", "HTTP", "Lambda", "SQS")
           for kind in ("FailureFeedbackRoleArn", "SuccessFeedbackRoleArn", "SuccessFeedbackSampleRate"))]
POLICIES = ("DeliveryPolicy", "FilterPolicy", "RedrivePolicy", "ReplayPolicy")


def _topics(call):
    return sns_backends[call.account][call.region].topics


@after("sns.CreateTopic")
def topic_made(call, result):
    arn = result["TopicArn"] if isinstance(result, dict) else result.arn
    topic = _topics(call).get(arn)
    if topic is not None and not hasattr(topic, "shown"):
        topic.shown = {k: v for k, v in (call.params.get("Attributes") or {}).items() if k in SHOWN}


@before("sns.SetTopicAttributes")
def set_topic_attribute(call):
    p, topic = call.params, _topics(call).get(call.params["TopicArn"])
    if topic is None or p["AttributeName"] not in SHOWN:
        return None
    value = p.get("AttributeValue") or ""
    if p["AttributeName"] == "ArchivePolicy" and value and json.loads(value) == {}:
        value = ""
    topic.shown = {**getattr(topic, "shown", {}), p["AttributeName"]: value}
    return {}


@after("sns.GetTopicAttributes")
def show_topic(call, result):
    topic = _topics(call).get(call.params["TopicArn"])
    if topic is not None:
        result["Attributes"].update({k: v for k, v in getattr(topic, "shown", {}).items() if v})


@before("sns.GetSubscriptionAttributes", "sns.SetSubscriptionAttributes")
def subscription_exists(call):
    backend = sns_backends[call.account][call.region]
    if call.params["SubscriptionArn"] not in backend.subscriptions:
        raise AwsError("NotFound", "Subscription does not exist", status=404)


@after("sns.SetSubscriptionAttributes")
def drop_empty_policies(call, result):
    # An empty policy takes the one that is there away.
    p, backend = call.params, sns_backends[call.account][call.region]
    subscription = backend.subscriptions[p["SubscriptionArn"]]
    if p["AttributeName"] in POLICIES and (p.get("AttributeValue") or "{}") == "{}":
        subscription.attributes.pop(p["AttributeName"], None)


@after("sns.Subscribe")
def scope_of_the_filter(call, result):
    arn = result["SubscriptionArn"] if isinstance(result, dict) else result.arn
    subscription = sns_backends[call.account][call.region].subscriptions.get(arn)
    if subscription is not None and subscription.attributes.get("FilterPolicy"):
        subscription.attributes.setdefault("FilterPolicyScope", "MessageAttributes")
