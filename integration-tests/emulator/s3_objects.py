"""S3: what objects have that nobody has given them.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-encryption-faq.html
"""
from moto.s3.models import s3_backends

from .core import after


@after("*")
def encrypt(call, answer):
    """"Amazon S3 encrypts all new objects by default": with the bucket's encryption, or with keys of its own."""
    if call.name != "s3.PutObject" or answer[0] >= 300:
        return
    bucket = s3_backends[call.account]["aws"].buckets.get(call.params.get("Bucket"))
    key = bucket and bucket.keys.get(call.params.get("Key"))
    if key is not None and not key.encryption:
        key.encryption = "AES256"
