"""CloudWatch: tags of alarms, and what alarms tell of their queries.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DeleteAlarms.html
"""
from moto.cloudwatch.models import cloudwatch_backends

from .core import AwsError, after, before


def _backend(call):
    return cloudwatch_backends[call.account][call.region]


@before("cloudwatch.PutMetricAlarm")
def tags_before(call):
    alarm = _backend(call).alarms.get(call.params["AlarmName"])
    call.tags_before = alarm and dict(_backend(call).tagger.get_tag_dict_for_resource(alarm.alarm_arn))


@after("cloudwatch.PutMetricAlarm")
def alarm_put(call, result):
    p, backend = call.params, _backend(call)
    alarm = backend.alarms[p["AlarmName"]]
    if call.tags_before is not None:
        # "If you are using this operation to update an existing alarm, any tags you specify in this parameter are ignored."
        _set_tags(backend, alarm.alarm_arn, call.tags_before)
    for query, given in zip(alarm.metric_data_queries, p.get("Metrics") or []):
        query.account_id = given.get("AccountId")


@before("cloudwatch.DeleteAlarms")
def forget_tags(call):
    backend = _backend(call)
    gone = [name for name in call.params["AlarmNames"] if name not in backend.alarms]
    if gone:
        raise AwsError("ResourceNotFound", f"Unknown alarms: {gone}", status=404)
    for name in call.params["AlarmNames"]:
        _set_tags(backend, backend.alarms[name].alarm_arn, {})


def _set_tags(backend, arn, tags):
    backend.tagger.delete_all_tags_for_resource(arn)
    if tags:
        backend.tagger.tag_resource(arn, backend.tagger.convert_dict_to_tags_input(tags))
