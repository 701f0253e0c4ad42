"""CloudWatch Logs: retention periods and keys. https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html"""
from moto.logs.models import logs_backends

from .core import AwsError, after, before, operation

RETENTION = {1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653}


def _group(call):
    name = call.params.get("logGroupName") or call.params.get("resourceIdentifier", "").split(":log-group:")[-1]
    found = logs_backends[call.account][call.region].groups.get(name)
    if found is None:
        raise AwsError("ResourceNotFoundException", "The specified log group does not exist.")
    return found


@before("logs.PutRetentionPolicy")
def put_retention_policy(call):
    days = call.params["retentionInDays"]
    if days not in RETENTION:
        raise AwsError("InvalidParameterException", f"1 validation error detected: Value '{days}' at 'retentionInDays' failed to "
                       f"satisfy constraint: Member must satisfy enum value set: {sorted(RETENTION)}")


@operation("logs.AssociateKmsKey")
def associate_kms_key(call):
    _group(call).kms_key_id = call.params["kmsKeyId"]


@operation("logs.DisassociateKmsKey")
def disassociate_kms_key(call):
    _group(call).kms_key_id = None


@after("logs.CreateLogGroup")
def keep_class(call, result):
    # https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html: STANDARD by default
    _group(call).log_group_class = call.params.get("logGroupClass") or "STANDARD"


@after("logs.DescribeLogGroups")
def show_class(call, result):
    groups = logs_backends[call.account][call.region].groups
    for shown in result["logGroups"]:
        shown["logGroupClass"] = getattr(groups.get(shown["logGroupName"]), "log_group_class", "STANDARD")
