"""Which account an access key belongs to.

A key of twelve digits, or one that ends in twelve digits (AKIA000000000017), is that account. `test`, the key that
LocalStack's users have, is 000000000000. Any other key is an account of its own, by hash. Keys that the emulated AWS
handed out (AssumeRole, CreateAccessKey) belong to the account that made them.
https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
"""
import hashlib
import re

from . import state
from .core import after, before
from moto.iam import models as iam_models
from moto.core import responses as moto_responses

TEST_ACCOUNT = "000000000000"


def account_of(access_key):
    issued = state.store("*", "*", "sts").get("issued")
    if issued and access_key in issued:
        return issued[access_key]
    if not access_key or access_key == "test":
        return TEST_ACCOUNT
    digits = re.search(r"(\d{12})$", access_key)
    if digits:
        return digits.group(1)
    return str(int(hashlib.sha256(access_key.encode()).hexdigest(), 16) % 10**12).zfill(12)


def _remember(access_key, account):
    state.store("*", "*", "sts").setdefault("issued", {})[access_key] = account


@before("sts.GetCallerIdentity")
def caller_identity(call):
    from moto.iam.models import iam_backends
    from moto.sts.models import sts_backends
    role = sts_backends[call.account]["aws"].get_assumed_role_from_access_key(call.access_key)
    user = None if role else iam_backends[call.account]["aws"].get_user_from_access_key_id(call.access_key)
    if role:
        return {"UserId": role.user_id, "Account": role.account_id, "Arn": role.arn}
    if user:
        return {"UserId": user.id, "Account": call.account, "Arn": user.arn}
    return {"UserId": call.account, "Account": call.account, "Arn": f"arn:aws:iam::{call.account}:root"}


@after("sts.AssumeRole", "sts.AssumeRoleWithWebIdentity")
def assumed(call, result):
    account = call.params["RoleArn"].split(":")[4]
    credentials = result["Credentials"]
    key = credentials["AccessKeyId"] if isinstance(credentials, dict) else credentials.access_key_id
    _remember(key, account)


@after("iam.CreateAccessKey")
def access_key_made(call, result):
    key = result["AccessKey"]
    _remember(key["AccessKeyId"] if isinstance(key, dict) else key.access_key_id, call.account)


# The layer decides the account; moto would search every account's keys in every partition for each call.
iam_models.mark_account_as_visited = lambda *args, **kwargs: None
iam_models.get_account_id_from = account_of
# Its pattern of an access key wants twenty capitals and finds none in `test`.
moto_responses.BaseResponse.get_access_key = lambda self: (
    self.headers.get("Authorization", "").partition("Credential=")[2].partition("/")[0] or "test")
