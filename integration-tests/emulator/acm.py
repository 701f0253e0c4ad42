"""Certificate Manager: how a domain is proved, keys, options, and certificates that are issued when their records stand.

https://docs.aws.amazon.com/acm/latest/APIReference/API_Operations.html
"""
import hashlib

from moto import settings
from moto.acm.models import acm_backends
from moto.core.utils import utcnow
from moto.route53.models import route53_backends

from . import state
from .core import AwsError, after, before, operation

# moto issues what has waited for a minute, whether a domain was proved or not.
settings.ACM_VALIDATION_WAIT = float("inf")

KEYS = ("EC_prime256v1", "EC_secp384r1", "EC_secp521r1", "RSA_1024", "RSA_2048", "RSA_3072", "RSA_4096")
# https://docs.aws.amazon.com/acm/latest/userguide/email-validation.html
MAILBOXES = ("administrator", "hostmaster", "postmaster", "webmaster", "admin")


def _certificate(call):
    arn = call.params.get("CertificateArn")
    return acm_backends[call.account][call.region]._certificates.get(arn)


@before("acm.RequestCertificate")
def check_request(call):
    # https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html
    p = call.params
    if (p.get("KeyAlgorithm") or "RSA_2048") not in KEYS:
        raise AwsError("ValidationException", f"Value '{p['KeyAlgorithm']}' at 'keyAlgorithm' failed to satisfy constraint")
    names = {p["DomainName"], *(p.get("SubjectAlternativeNames") or [])}
    for option in p.get("DomainValidationOptions") or []:
        domain, proof = option["DomainName"], option["ValidationDomain"]
        if domain not in names or not ("." + domain.removeprefix("*.")).endswith("." + proof):
            raise AwsError("InvalidDomainValidationOptionsException", f"{proof} is not a superdomain of {domain}.")


@after("acm.RequestCertificate")
def keep_request(call, result):
    p, made = call.params, acm_backends[call.account][call.region]._certificates[result["CertificateArn"]]
    if hasattr(made, "asked"):
        return
    made.asked = {"key": p.get("KeyAlgorithm") or "RSA_2048", "method": p.get("ValidationMethod") or "EMAIL",
                  "proofs": {o["DomainName"]: o["ValidationDomain"] for o in p.get("DomainValidationOptions") or []}}
    # "Amazon-issued and private certificates have the names in the order of the request, the domain first."
    names = [p["DomainName"], *(p.get("SubjectAlternativeNames") or [])]
    made.sans = list(dict.fromkeys(names))
    made.common_name = p["DomainName"]


@before("acm.ImportCertificate")
def remember_tags(call):
    held = _certificate(call)
    if held is None:
        return
    if call.params.get("Tags"):
        raise AwsError("ValidationException", "You cannot apply tags when reimporting a certificate.")
    call.effects["tags"] = held.tags


@after("acm.ImportCertificate")
def keep_tags(call, result):
    # https://docs.aws.amazon.com/acm/latest/APIReference/API_ImportCertificate.html: "preserves the associations and tags"
    made = acm_backends[call.account][call.region]._certificates[result["CertificateArn"]]
    if call.effects.get("tags"):
        made.tags = call.effects["tags"]


@operation("acm.UpdateCertificateOptions")
def update_options(call):
    # https://docs.aws.amazon.com/acm/latest/APIReference/API_UpdateCertificateOptions.html
    held = _certificate(call)
    if held is None:
        raise AwsError("ResourceNotFoundException", f"Could not find certificate {call.params['CertificateArn']}.")
    if held.type == "IMPORTED":
        raise AwsError("InvalidStateException", "The options of an imported certificate cannot be changed.")
    held.cert_options = {**held.cert_options, **{k: v for k, v in call.params["Options"].items() if v}}
    return {}


@before("acm.DescribeCertificate")
def issue(call):
    """https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html: issued once all records of its domains stand."""
    held = _certificate(call)
    if held is None or held.type != "AMAZON_ISSUED" or held.status != "PENDING_VALIDATION":
        return
    if held.asked["method"] == "DNS" and not state.passing(held):
        records = _records(call.account)
        if all(_record(call, name) in records for name in held.sans):
            state.start(call, held, "status", "PENDING_VALIDATION", "ISSUED", "acm.issued")
    state.seen([held])


@state.finisher("acm.issued")
def issued(passage):
    passage.thing.issued_at = utcnow()


def _records(account):
    """Names and values of CNAME records in public zones."""
    zones = [z for z in route53_backends[account]["aws"].zones.values() if not z.private_zone]
    return {(r.name.rstrip(".").lower(), _value(v)) for z in zones for r in z.rrsets if r.type == "CNAME" for v in r.records or []}


def _value(record):
    return (record["Value"] if isinstance(record, dict) else record).rstrip(".").lower()


def _record(call, domain):
    """A record is the same for a domain and its wildcard, and another one in another account."""
    bare = domain.removeprefix("*.")
    name, value = (hashlib.md5(f"{call.account}/{bare}/{part}".encode()).hexdigest() for part in ("name", "value"))
    return f"_{name}.{bare}", f"_{value}.xlfgrmvvlj.acm-validations.aws"


@after("acm.DescribeCertificate")
def describe(call, result):
    # https://docs.aws.amazon.com/acm/latest/APIReference/API_CertificateDetail.html
    held, shown = _certificate(call), result["Certificate"]
    if held is None or not hasattr(held, "asked"):
        return
    shown["KeyAlgorithm"] = held.asked["key"].replace("_", "-") if held.asked["key"].startswith("RSA") else held.asked["key"]
    shown["SubjectAlternativeNames"] = held.sans
    if held.type != "AMAZON_ISSUED":
        return
    if held.status == "PENDING_VALIDATION":
        # "NotBefore", "IssuedAt": there is no certificate yet.
        for name in ("NotBefore", "NotAfter", "IssuedAt", "Serial", "Issuer"):
            shown.pop(name, None)
    else:
        shown["IssuedAt"] = round(held.issued_at.timestamp(), 3)
    status = "SUCCESS" if held.status == "ISSUED" else held.status
    shown["DomainValidationOptions"] = [_validation(call, held, name, status) for name in held.sans]


def _validation(call, held, domain, status):
    # https://docs.aws.amazon.com/acm/latest/APIReference/API_DomainValidation.html
    proof = held.asked["proofs"].get(domain, domain.removeprefix("*.") if held.asked["method"] == "EMAIL" else domain)
    option = {"DomainName": domain, "ValidationDomain": proof, "ValidationStatus": status, "ValidationMethod": held.asked["method"]}
    if held.asked["method"] == "EMAIL":
        return {**option, "ValidationEmails": [f"{box}@{proof}" for box in MAILBOXES]}
    name, value = _record(call, domain)
    return {**option, "ResourceRecord": {"Name": name + ".", "Type": "CNAME", "Value": value + "."}}
