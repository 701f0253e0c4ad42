"""KMS: the period of rotation, the window of deletion, and grants. https://docs.aws.amazon.com/kms/latest/APIReference/API_Operations.html"""
import uuid

from moto.kms.models import kms_backends

from .core import AwsError, after, before


def _key(call):
    backend = kms_backends[call.account][call.region]
    key_id = call.params["KeyId"]
    return backend.keys.get(backend.any_id_to_key_id(key_id) if hasattr(backend, "any_id_to_key_id") else backend.get_key_id(key_id))


@before("kms.EnableKeyRotation")
def check_period(call):
    # https://docs.aws.amazon.com/kms/latest/APIReference/API_EnableKeyRotation.html
    period = call.params.get("RotationPeriodInDays")
    if period is not None and not 90 <= period <= 2560:
        raise AwsError("ValidationException", f"1 validation error detected: Value '{period}' at 'rotationPeriodInDays' failed to satisfy constraint")


@after("kms.EnableKeyRotation")
def keep_period(call, result):
    key = _key(call)
    if key is not None:
        key.rotation_period = call.params.get("RotationPeriodInDays") or 365


@after("kms.GetKeyRotationStatus")
def show_period(call, result):
    # https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyRotationStatus.html
    key = _key(call)
    if key is not None:
        result["KeyId"] = key.id
        if result.get("KeyRotationEnabled"):
            result["RotationPeriodInDays"] = getattr(key, "rotation_period", 365)


@before("kms.ScheduleKeyDeletion")
def deletion_window(call):
    days = call.params.get("PendingWindowInDays", 30)
    if not 7 <= days <= 30:
        raise AwsError("ValidationException", f"1 validation error detected: Value '{days}' at 'pendingWindowInDays' failed to satisfy "
                       "constraint: Member must have value greater than or equal to 7")


# ---------------------------------------------------------------- grants

GRANT_OPERATIONS = ("Decrypt", "Encrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext", "ReEncryptFrom", "ReEncryptTo", "Sign",
                    "Verify", "GetPublicKey", "CreateGrant", "RetireGrant", "DescribeKey", "GenerateDataKeyPair",
                    "GenerateDataKeyPairWithoutPlaintext", "GenerateMac", "VerifyMac", "DeriveSharedSecret")


@before("kms.CreateGrant")
def same_grant(call):
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateGrant.html: with a name, equal parameters give the same grant and a
    new token."""
    p, key = call.params, _key(call)
    for name in p.get("Operations") or []:
        if name not in GRANT_OPERATIONS:
            raise AwsError("ValidationException", f"1 validation error detected: Value '{name}' at 'operations' failed to satisfy constraint")
    if key is None or not p.get("Name"):
        return None
    asked = [p.get(f) or None for f in ("Name", "GranteePrincipal", "RetiringPrincipal", "Constraints")]
    for grant in key.grants.values():
        held = [f or None for f in (grant.name, grant.grantee_principal, grant.retiring_principal, grant.constraints)]
        if held == asked and sorted(grant.operations) == sorted(p["Operations"]):
            return {"GrantId": grant.id, "GrantToken": uuid.uuid4().hex * 8}
    return None


@after("kms.ListGrants")
def show_grants(call, result):
    # https://docs.aws.amazon.com/kms/latest/APIReference/API_GrantListEntry.html: the ARN of the key; what is not set is left out
    key = _key(call)
    for grant in result.get("Grants") or []:
        grant["KeyId"] = key.arn
        for name in ("Name", "RetiringPrincipal", "Constraints"):
            if not grant.get(name):
                grant.pop(name, None)
