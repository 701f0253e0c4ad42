"""S3: what every bucket has that nobody has given it.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-encryption-faq.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/create-bucket-faq.html (ACLs disabled, public access blocked)
"""
from moto.s3.models import s3_backends

from .core import AwsError, after, before, operation

# Elements around the answers, as the syntax of each action in the API reference shows them.
ROOTS = {
    "CopyObject": "CopyObjectResult", "DeleteObjects": "DeleteResult", "GetBucketAccelerateConfiguration": "AccelerateConfiguration",
    "GetBucketAcl": "AccessControlPolicy", "GetBucketCors": "CORSConfiguration", "GetBucketLifecycleConfiguration": "LifecycleConfiguration",
    "GetBucketLogging": "BucketLoggingStatus", "GetBucketRequestPayment": "RequestPaymentConfiguration", "GetBucketTagging": "Tagging",
    "GetBucketVersioning": "VersioningConfiguration", "GetBucketWebsite": "WebsiteConfiguration", "GetObjectTagging": "Tagging",
    "ListBuckets": "ListAllMyBucketsResult", "ListObjectVersions": "ListVersionsResult", "ListObjects": "ListBucketResult",
    "ListObjectsV2": "ListBucketResult"}

DEFAULT = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": False}
SWITCHES = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


def _bucket(call):
    return s3_backends[call.account]["aws"].buckets.get(call.params.get("Bucket"))


@after("*")
def name_the_root(call, answer):
    status, headers, body = answer
    root, made = ROOTS.get(call.action), f"{call.action}Response".encode()
    if call.service == "s3" and root and made in body:
        body = body.replace(b"<" + made, b"<" + root.encode(), 1).replace(b"</" + made + b">", b"</" + root.encode() + b">")
        headers = {k: v for k, v in headers.items() if k.lower() != "content-length"} | {"Content-Length": str(len(body))}
        return status, headers, body


@operation("s3.GetBucketRequestPayment")
def request_payment(call):
    # https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketRequestPayment.html
    bucket = _bucket(call)
    if bucket is None:
        raise AwsError("NoSuchBucket", "The specified bucket does not exist", status=404)
    return {"Payer": getattr(bucket, "payer", None) or "BucketOwner"}


@before("s3.GetBucketEncryption")
def default_encryption(call):
    bucket = _bucket(call)
    if bucket is not None and not bucket.encryption:
        return {"ServerSideEncryptionConfiguration": {"Rules": [DEFAULT]}}


@before("s3.GetBucketOwnershipControls")
def default_ownership(call):
    bucket = _bucket(call)
    if bucket is not None and bucket.ownership_rule is None and not getattr(bucket, "ownership_deleted", False):
        return {"OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}}


@before("s3.GetPublicAccessBlock")
def default_public_access(call):
    bucket = _bucket(call)
    if bucket is not None and bucket.public_access_block is None and not getattr(bucket, "access_block_deleted", False):
        return {"PublicAccessBlockConfiguration": dict.fromkeys(SWITCHES, True)}


@before("s3.DeleteBucketOwnershipControls")
def without_ownership(call):
    bucket = _bucket(call)
    if bucket is not None:
        bucket.ownership_deleted = True


@before("s3.DeletePublicAccessBlock")
def without_access_block(call):
    bucket = _bucket(call)
    if bucket is not None:
        bucket.access_block_deleted = True
