"""S3: lifecycle configurations, kept as they were put.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLifecycleConfiguration.html
"""
from moto.s3.models import s3_backends

from .core import AwsError, operation

MINIMUM = "all_storage_classes_128K"


def _bucket(call):
    bucket = s3_backends[call.account]["aws"].buckets.get(call.params["Bucket"])
    if bucket is None:
        raise AwsError("NoSuchBucket", "The specified bucket does not exist", status=404)
    return bucket


@operation("s3.PutBucketLifecycleConfiguration")
def put(call):
    p, bucket = call.params, _bucket(call)
    rules = (p.get("LifecycleConfiguration") or {}).get("Rules") or []
    for rule in rules:
        _check(rule)
    if len({r.get("ID") for r in rules}) < len(rules):
        raise AwsError("InvalidArgument", "Rule ID must be unique. Found same ID for more than one rule", status=400)
    # "This parameter applies to general purpose buckets only"; where it is not given, the default holds.
    bucket.lifecycle = {"Rules": rules, "TransitionDefaultMinimumObjectSize": p.get("TransitionDefaultMinimumObjectSize") or MINIMUM}
    return {"TransitionDefaultMinimumObjectSize": bucket.lifecycle["TransitionDefaultMinimumObjectSize"]}


@operation("s3.GetBucketLifecycleConfiguration")
def get(call):
    found = getattr(_bucket(call), "lifecycle", None)
    if not found:
        raise AwsError("NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist", status=404)
    return found


@operation("s3.DeleteBucketLifecycle")
def delete(call):
    _bucket(call).lifecycle = None


def _check(rule):
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
    actions = ("Expiration", "Transitions", "NoncurrentVersionTransitions", "NoncurrentVersionExpiration", "AbortIncompleteMultipartUpload")
    if not any(rule.get(a) for a in actions):
        raise AwsError("InvalidRequest", "At least one action needs to be specified in a rule", status=400)
    expiration = rule.get("Expiration") or {}
    if expiration.get("ExpiredObjectDeleteMarker") is not None and (expiration.get("Days") or expiration.get("Date")):
        raise AwsError("MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema", status=400)
