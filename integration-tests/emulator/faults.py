"""Faults by rule: throttling, errors, dropped connections, holds, delays, eventual consistency, failing creations.

Knows nothing about how a service answers; it says what is to happen to a call before and after its effect.
A rule is JSON: {"match": {"service", "action", "account", "region"} (globs) or "mutating" (boolean), "kind": ..., "skip": n, "times": n, ...}.
"""
import fnmatch
import itertools
import select
import socket
import threading
import time

from . import state
from .core import AwsError

KINDS = {"error", "throttle", "drop", "hold", "delay", "fail_creation", "slow_creation", "iam_eventual"}
_ids = itertools.count(1)

# Token buckets per account and region (size, refill per second) as AWS documents or names them.
# EC2: https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html
# EKS: https://docs.aws.amazon.com/general/latest/gr/eks.html  IAM: account-wide, 20/s in practice of its SDK guides.
# Route 53: five requests a second per account https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html
# KMS: https://docs.aws.amazon.com/kms/latest/developerguide/throttling.html
# Secrets Manager: https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html
# CloudWatch Logs: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html
EC2_READS, EC2_UNFILTERED, EC2_WRITES = (100, 20), (50, 10), (50, 5)
BUCKETS = {"eks": (20, 10), "iam": (30, 15), "route53": (5, 5), "kms": (30, 15), "secretsmanager": (50, 50),
           "logs": (10, 10), "efs": (20, 10), "autoscaling": (20, 10), "ssm": (40, 40), "sts": (600, 600), "s3": (3500, 3500)}

# The code each service throttles with.
CODES = {"ec2": ("RequestLimitExceeded", 503, "Request limit exceeded."),
         "route53": ("Throttling", 400, "Rate exceeded"), "iam": ("Throttling", 400, "Rate exceeded"),
         "autoscaling": ("Throttling", 400, "Rate exceeded"), "sts": ("Throttling", 400, "Rate exceeded"),
         "eks": ("ThrottlingException", 429, "Too Many Requests"), "efs": ("ThrottlingException", 429, "Rate exceeded"),
         "s3": ("SlowDown", 503, "Please reduce your request rate.")}


class Drop(Exception):
    """Close the connection without an answer."""


class Rule:
    def __init__(self, spec):
        kind = spec.get("kind") or spec.get("action")
        if kind not in KINDS:
            raise ValueError(f"kind must be one of {sorted(KINDS)}, not {kind!r}")
        if spec.get("when", "before") not in ("before", "after"):
            raise ValueError("when must be before or after")
        unknown = set(spec.get("match", {})) - {"service", "action", "account", "region", "mutating"}
        if unknown:
            raise ValueError(f"match knows no {sorted(unknown)}")
        self.id, self.kind, self.spec = next(_ids), kind, spec
        self.match, self.when = dict(spec.get("match", {})), spec.get("when", "before")
        self.skip, self.times = int(spec.get("skip", 0)), spec.get("times")
        # A throttle that counts calls strikes these; any other draws from a bucket.
        self.has_bucket = kind == "throttle" and "skip" not in spec
        self.seen = self.hit = 0
        self.held, self.release = [], threading.Event()
        self.buckets = {}

    def takes(self, call):
        values = {"service": call.service, "action": call.action, "account": call.account, "region": call.region}
        if self.match.get("mutating") not in (None, call.mutating):
            return False
        return all(fnmatch.fnmatchcase(str(values[k]), str(v)) for k, v in self.match.items() if k in values)

    def fires(self):
        """Count the match; whether this one is the rule's (after `skip`, at most `times`)."""
        self.seen += 1
        if self.seen <= self.skip or (self.times is not None and self.hit >= int(self.times)):
            return False
        self.hit += 1
        return True

    def json(self):
        return {"id": self.id, "kind": self.kind, "match": self.match, "when": self.when, "skip": self.skip,
                "times": self.times, "seen": self.seen, "hit": self.hit, "holding": list(self.held),
                "spec": self.spec}


class Faults:
    def __init__(self):
        self.lock = threading.Lock()
        self.rules = []
        self.buckets = {}
        self.latency = {}  # account or "*" -> seconds

    def add(self, specs):
        rules = [Rule(s) for s in (specs if isinstance(specs, list) else [specs])]
        with self.lock:
            self.rules = self.rules + rules
        return [r.id for r in rules]

    def remove(self, ids=None, account=None):
        """Remove rules by id, or those of one account, or all; whatever they hold is released."""
        with self.lock:
            gone = [r for r in self.rules if (ids is None or r.id in ids)
                    and (account is None or r.match.get("account") == account)]
            self.rules = [r for r in self.rules if r not in gone]
            if ids is None:
                self.buckets.clear()
        for rule in gone:
            rule.release.set()
        return len(gone)

    def released(self, ids=None):
        for rule in self.rules:
            if ids is None or rule.id in ids:
                rule.release.set()
                rule.release = threading.Event()

    def delay_of(self, account):
        return self.latency.get(account, self.latency.get("*", 0.0))

    def plan(self, call):
        """The rules that fire on this call, in the order they were made."""
        if not self.rules:
            return ()
        with self.lock:
            return [r for r in self.rules if r.takes(call) and (r.has_bucket or r.fires())]

    def before(self, call, rules):
        """What happens ahead of the effect: may wait, raise an AwsError or a Drop, or ask something of the service."""
        if state.CONFIG["throttle"]:
            self._throttle(call, {}, self.buckets)
        for rule in rules:
            spec = rule.spec
            if rule.has_bucket:
                self._throttle(call, spec, rule.buckets, rule)
            elif rule.kind == "throttle":
                self._refuse(call, spec)
            elif rule.kind == "delay":
                call.fault = "delay"
                time.sleep(float(spec.get("ms", 0)) / 1000)
            elif rule.kind == "fail_creation":
                call.effects["fail"] = spec
                call.fault = rule.kind
            elif rule.kind == "slow_creation":
                call.effects["delay_ms"] = float(spec.get("ms", 5000))
                call.fault = rule.kind
            elif rule.kind == "iam_eventual":
                call.effects["iam_eventual"] = spec
            elif rule.when == "before":
                self._strike(call, rule)

    def after(self, call, rules):
        for rule in rules:
            if rule.when == "after" and rule.kind in ("error", "drop", "hold"):
                self._strike(call, rule)

    def _strike(self, call, rule):
        call.fault = f"{rule.kind}-{rule.when}"
        if rule.kind == "error":
            code, status, message = error_of(call, rule.spec)
            raise AwsError(code, message, status=status)
        if rule.kind == "drop":
            raise Drop()
        if rule.kind == "hold":
            self._hold(call, rule)

    def _hold(self, call, rule):
        """Keep the caller waiting until the rule is released or the connection closes."""
        what = {"call": call.name, "account": call.account, "since": time.time(), "seq": getattr(call, "seq", None)}
        connection, release = call.environ.get("kiban.socket"), rule.release
        rule.held.append(what)
        try:
            while not release.wait(0.02):
                if connection is not None and closed(connection):
                    raise Drop()
        finally:
            rule.held.remove(what)

    def _throttle(self, call, spec, buckets, rule=None):
        name, size, rate = bucket_of(call)
        size, rate = float(spec.get("burst", size)), float(spec.get("rate", rate))
        key, now = (call.account, call.region, name), time.monotonic()
        with self.lock:
            tokens, last = buckets.get(key, (size, now))
            tokens = min(size, tokens + (now - last) * rate)
            enough = tokens >= 1
            buckets[key] = (tokens - 1 if enough else tokens, now)
            if not enough and rule is not None:
                rule.seen += 1
                enough = rule.times is not None and rule.hit >= int(rule.times)
                rule.hit += not enough
        if not enough:
            self._refuse(call, spec)

    def _refuse(self, call, spec):
        code, status, message = CODES.get(call.service, ("ThrottlingException", 400, "Rate exceeded"))
        call.fault = "throttle"
        raise AwsError(spec.get("code", code), spec.get("message", message), status=spec.get("status", status))

    def json(self):
        return {"faults": [r.json() for r in self.rules], "holding": [h for r in self.rules for h in r.held],
                "latency_ms": {k: v * 1000 for k, v in self.latency.items()}}


def bucket_of(call):
    """The bucket a call draws from: EC2 has one per kind of action, the others one per service."""
    if call.service == "ec2":
        if call.mutating:
            return (f"ec2.{call.action}",) + EC2_WRITES
        unfiltered = b"Filter.1" not in call.body and b"Id" not in call.body
        return ("ec2.unfiltered",) + EC2_UNFILTERED if unfiltered else ("ec2.reads",) + EC2_READS
    size, rate = BUCKETS.get(call.service, (20, 10))
    return call.service, size, rate


def error_of(call, spec):
    status = int(spec.get("status", 500))
    code = spec.get("code")
    if code is None:
        if status == 503:
            code = "Unavailable" if call.service == "ec2" else "ServiceUnavailable"
        elif call.service == "ec2":
            code = "InternalError"
        else:
            code = {"iam": "ServiceFailure", "eks": "ServerException", "efs": "InternalServerError",
                    "kms": "KMSInternalException", "s3": "InternalError", "secretsmanager": "InternalServiceError",
                    "ssm": "InternalServerError"}.get(call.service, "InternalFailure")
    return code, status, spec.get("message", "An internal error has occurred")


def closed(connection):
    """Whether the other end has gone: readable, and nothing there to read."""
    try:
        readable, _, _ = select.select([connection], [], [], 0)
        return bool(readable) and connection.recv(1, socket.MSG_PEEK) == b""
    except (OSError, ValueError):
        return True
