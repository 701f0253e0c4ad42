"""KMS: the period of rotation and the window of deletion. https://docs.aws.amazon.com/kms/latest/APIReference/API_Operations.html"""
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
