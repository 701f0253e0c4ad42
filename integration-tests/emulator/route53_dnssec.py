"""Route 53: key-signing keys and the signing of zones, which moto does not have.

https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-configuring-dnssec.html
"""
import base64
import hashlib

from moto.kms.models import kms_backends

from . import route53, state
from .core import AwsError, before, now, operation

# https://docs.aws.amazon.com/Route53/latest/APIReference/API_KeySigningKey.html: ECDSAP256SHA256, SHA-256, and the flag of a key
# that signs keys.
KIND = {"Flag": 257, "SigningAlgorithmMnemonic": "ECDSAP256SHA256", "SigningAlgorithmType": 13,
        "DigestAlgorithmMnemonic": "SHA-256", "DigestAlgorithmType": 2}
MOST_KEYS = 2


def _table(account):
    return state.table(account, "aws", "route53", "dnssec")


def _zone(call):
    zone = route53._zone(call, call.params["HostedZoneId"])
    if zone.private_zone:
        raise AwsError("InvalidArgument", "DNSSEC is for public hosted zones only.")
    return zone, _table(call.account).setdefault(zone.resource_id, {"keys": {}, "signing": {"ServeSignature": "NOT_SIGNING"}})


def keys_of(account):
    return {(zone, name): key for zone, held in _table(account).items() for name, key in held["keys"].items()}


def signed(account):
    return [zone for zone, held in _table(account).items() if held["signing"]["ServeSignature"] == "SIGNING"]


@operation("route53.GetDNSSEC")
def get(call):
    # https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetDNSSEC.html
    _, held = _zone(call)
    return {"Status": held["signing"], "KeySigningKeys": list(held["keys"].values())}


@operation("route53.CreateKeySigningKey")
def create_key(call):
    # https://docs.aws.amazon.com/Route53/latest/APIReference/API_CreateKeySigningKey.html
    p, (_, held) = call.params, _zone(call)
    for key in held["keys"].values():
        if key["_reference"] == p["CallerReference"] or key["Name"] == p["Name"]:
            raise AwsError("KeySigningKeyAlreadyExists", "You've already created a key-signing key (KSK) with this name or with the same customer managed key ARN.", status=409)
        if key["KmsArn"] == p["KeyManagementServiceArn"]:
            raise AwsError("InvalidArgument", "A customer managed key is for one key-signing key of a zone only.")
    if len(held["keys"]) >= MOST_KEYS:
        raise AwsError("TooManyKeySigningKeys", "You've reached the limit for the number of key-signing keys (KSKs).")
    if p["Status"] not in ("ACTIVE", "INACTIVE"):
        raise AwsError("InvalidSigningStatus", "The status of a key-signing key is ACTIVE or INACTIVE.")
    region, key_id = p["KeyManagementServiceArn"].split(":")[3], p["KeyManagementServiceArn"].rpartition("/")[2]
    master = kms_backends[call.account][region].keys.get(key_id) if region else None
    # https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-configuring-dnssec-cmk-requirements.html
    if master is None or region != "us-east-1" or master.key_spec != "ECC_NIST_P256" or master.key_usage != "SIGN_VERIFY":
        raise AwsError("InvalidKMSArn", "The KeyManagementServiceArn that you specified isn't valid to use with DNSSEC signing.")
    digest = hashlib.sha256(p["KeyManagementServiceArn"].encode()).digest()
    public = base64.b64encode(digest * 2).decode()
    key = {**KIND, "Name": p["Name"], "KmsArn": p["KeyManagementServiceArn"], "Status": p["Status"], "CreatedDate": now(),
           "LastModifiedDate": now(), "KeyTag": int.from_bytes(digest[:2], "big"), "DigestValue": digest.hex().upper(),
           "PublicKey": public, "_reference": p["CallerReference"]}
    key["DSRecord"] = f"{key['KeyTag']} 13 2 {key['DigestValue']}"
    key["DNSKEYRecord"] = f"257 3 13 {public}"
    held["keys"][key["Name"]] = key
    return {"ChangeInfo": route53.start_change(call), "KeySigningKey": key,
            "Location": f"https://route53.amazonaws.com/2013-04-01/keysigningkey/{p['HostedZoneId']}/{p['Name']}"}


def _key(call):
    _, held = _zone(call)
    key = held["keys"].get(call.params["Name"])
    if key is None:
        raise AwsError("NoSuchKeySigningKey", "The specified key-signing key (KSK) doesn't exist.", status=404)
    return held, key


@operation("route53.ActivateKeySigningKey")
def activate(call):
    # https://docs.aws.amazon.com/Route53/latest/APIReference/API_ActivateKeySigningKey.html
    _, key = _key(call)
    key.update(Status="ACTIVE", LastModifiedDate=now())
    return {"ChangeInfo": route53.start_change(call)}


@operation("route53.DeactivateKeySigningKey")
def deactivate(call):
    # https://docs.aws.amazon.com/Route53/latest/APIReference/API_DeactivateKeySigningKey.html
    held, key = _key(call)
    others = [k for k in held["keys"].values() if k is not key and k["Status"] == "ACTIVE"]
    if held["signing"]["ServeSignature"] == "SIGNING" and not others:
        raise AwsError("KeySigningKeyInUse", "The key-signing key (KSK) that you specified can't be deactivated because it's the only KSK for a currently-enabled DNSSEC.")
    key.update(Status="INACTIVE", LastModifiedDate=now())
    return {"ChangeInfo": route53.start_change(call)}


@operation("route53.DeleteKeySigningKey")
def delete_key(call):
    # https://docs.aws.amazon.com/Route53/latest/APIReference/API_DeleteKeySigningKey.html: a KSK must be inactive to be deleted
    held, key = _key(call)
    if key["Status"] != "INACTIVE":
        raise AwsError("InvalidKeySigningKeyStatus", "The key-signing key (KSK) status isn't valid or another KSK has the status INTERNAL_FAILURE.")
    del held["keys"][key["Name"]]
    return {"ChangeInfo": route53.start_change(call)}


@operation("route53.EnableHostedZoneDNSSEC")
def enable(call):
    # https://docs.aws.amazon.com/Route53/latest/APIReference/API_EnableHostedZoneDNSSEC.html
    _, held = _zone(call)
    if not any(key["Status"] == "ACTIVE" for key in held["keys"].values()):
        raise AwsError("KeySigningKeyWithActiveStatusNotFound", "A key-signing key (KSK) with ACTIVE status wasn't found.")
    held["signing"]["ServeSignature"] = "SIGNING"
    return {"ChangeInfo": route53.start_change(call)}


@operation("route53.DisableHostedZoneDNSSEC")
def disable(call):
    # https://docs.aws.amazon.com/Route53/latest/APIReference/API_DisableHostedZoneDNSSEC.html
    _, held = _zone(call)
    held["signing"]["ServeSignature"] = "NOT_SIGNING"
    return {"ChangeInfo": route53.start_change(call)}


@before("route53.DeleteHostedZone")
def zone_without_keys(call):
    """A zone that is signed, or has keys, is not deleted."""
    zone_id = call.params["Id"].replace("/hostedzone/", "")
    held = _table(call.account).get(zone_id)
    if held and (held["keys"] or held["signing"]["ServeSignature"] == "SIGNING"):
        raise AwsError("HostedZoneNotEmpty", "The specified hosted zone contains DNSSEC Key Signing Keys and so cannot be deleted.")
    _table(call.account).pop(zone_id, None)
