"""Whose token it is: what EKS makes of a bearer token, by deriving its signature again.

The token is `k8s-aws-v1.` and the unpadded base64url of a presigned GetCallerIdentity request, whose signed header
`x-k8s-aws-id` names the cluster. AWS sends the request to STS; here the secret keys are known, and no call is made.
https://docs.aws.amazon.com/eks/latest/userguide/cluster-auth.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""
import base64
import binascii
import collections
import datetime
import fnmatch
import hashlib
import hmac
import re
import threading
import time
from urllib.parse import parse_qsl, quote, urlsplit

PREFIX = "k8s-aws-v1."
LIFETIME = 900      # seconds that a cluster takes a token for
AHEAD = 300         # seconds that a clock may be ahead
# The test accounts of the emulator: the key is the account, the secret is always this.
TEST_SECRET = "test"
PARAMETERS = {"action", "version", "x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-expires",
              "x-amz-security-token", "x-amz-signature", "x-amz-signedheaders"}


class Rejected(Exception):
    """Why a token is not taken."""


class Request:
    """What a token says of itself; nothing of it is proved yet."""

    def __init__(self, token):
        if not token.startswith(PREFIX):
            raise Rejected("no EKS token")
        encoded = token[len(PREFIX):]
        if not re.fullmatch(r"[A-Za-z0-9_-]+", encoded):
            raise Rejected("not base64url without padding")
        try:
            self.url = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode()
        except (binascii.Error, UnicodeDecodeError) as error:
            raise Rejected(f"not base64url of a text: {error}")
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.netloc or parts.path not in ("", "/"):
            raise Rejected("not a URL of STS")
        self.host, self.pairs = parts.netloc, parse_qsl(parts.query, keep_blank_values=True)
        self.query = {name.lower(): value for name, value in self.pairs}
        if len(self.query) != len(self.pairs):
            raise Rejected("a parameter stands twice")
        if unknown := set(self.query) - PARAMETERS:
            raise Rejected(f"unknown parameters {sorted(unknown)}")
        if self.query.get("action") != "GetCallerIdentity" or self.query.get("x-amz-algorithm") != "AWS4-HMAC-SHA256":
            raise Rejected("not a GetCallerIdentity signed with AWS4-HMAC-SHA256")
        scope = self.query.get("x-amz-credential", "").split("/")
        if len(scope) != 5 or scope[3:] != ["sts", "aws4_request"]:
            raise Rejected("not signed for STS")
        self.key, self.day, self.region = scope[:3]
        self.signed = self.query.get("x-amz-signedheaders", "").split(";")
        if not {"host", "x-k8s-aws-id"} <= set(self.signed):
            raise Rejected("x-k8s-aws-id is not signed")
        if set(self.signed) != {"host", "x-k8s-aws-id"}:
            raise Rejected(f"a cluster sends no other headers than host and x-k8s-aws-id: {self.signed}")
        try:
            self.date = datetime.datetime.strptime(self.query.get("x-amz-date", ""), "%Y%m%dT%H%M%SZ").replace(
                tzinfo=datetime.timezone.utc).timestamp()
            self.expires = int(self.query.get("x-amz-expires", ""))
        except ValueError as error:
            raise Rejected(f"no date or no duration: {error}")
        if not 0 <= self.expires <= LIFETIME:
            raise Rejected(f"X-Amz-Expires is {self.expires}")
        if self.query["x-amz-date"][:8] != self.day:
            raise Rejected("the date is not the one of the signature's scope")

    def signature(self, secret, cluster):
        """What the signature has to be."""
        query = sorted((_escaped(k), _escaped(v)) for k, v in self.pairs if k.lower() != "x-amz-signature")
        canonical = "\n".join([
            "GET", "/", "&".join(f"{k}={v}" for k, v in query), f"host:{self.host}", f"x-k8s-aws-id:{cluster}", "",
            ";".join(self.signed), hashlib.sha256(b"").hexdigest()])
        scope = f"{self.day}/{self.region}/sts/aws4_request"
        text = "\n".join(["AWS4-HMAC-SHA256", self.query["x-amz-date"], scope, hashlib.sha256(canonical.encode()).hexdigest()])
        key = f"AWS4{secret}".encode()
        for part in (self.day, self.region, "sts", "aws4_request"):
            key = _mac(key, part)
        return _mac(key, text).hex()


def _escaped(text):
    return quote(text, safe="-_.~")


def _mac(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


class Tokens:
    """The clusters that the API server plays, who may enter, and until when."""

    def __init__(self):
        self.lock = threading.Lock()
        self.clusters = collections.defaultdict(dict)   # access key -> {cluster name: groups}
        self.secrets = {}                               # access key -> secret, beside the test accounts'
        self.settings = {}                              # access key or "*" -> {"clock_s", "lifetime_s"}
        self.revoked, self.seen = set(), collections.defaultdict(set)
        self.rejections = collections.deque(maxlen=1000)
        self.generation = 0

    def admit(self, key, name, groups, secret=None):
        with self.lock:
            self.clusters[key][name] = groups
            if secret:
                self.secrets[key] = secret
            self.generation += 1

    def set(self, key, **settings):
        with self.lock:
            self.settings.setdefault(key, {}).update(settings)
            self.generation += 1

    def revoke(self, key=None):
        """Tokens that have been used so far are not taken any more."""
        with self.lock:
            seen = set().union(*self.seen.values()) if key is None else self.seen[key]
            self.revoked |= seen
            self.generation += 1
            return len(seen)

    def forget(self):
        with self.lock:
            for table in (self.clusters, self.secrets, self.settings, self.revoked, self.seen, self.rejections):
                table.clear()
            self.generation += 1

    def setting(self, key, name, default):
        return self.settings.get(key, {}).get(name, self.settings.get("*", {}).get(name, default))

    def check(self, token):
        """User and groups of a token, or Rejected."""
        try:
            return self.judge(token)
        except Rejected as why:
            self.rejections.append({"time": time.time(), "account": owner(token), "why": str(why)})
            raise

    def judge(self, token):
        request = Request(token)
        secret = self.secrets.get(request.key) or (TEST_SECRET if re.fullmatch(r"\d{12}", request.key) else None)
        if secret is None:
            raise Rejected(f"the access key {request.key} is not known")
        now = time.time() + float(self.setting(request.key, "clock_s", 0))
        if now > request.date + float(self.setting(request.key, "lifetime_s", LIFETIME)):
            raise Rejected(f"the token is {now - request.date:.0f} s old")
        if request.date > now + AHEAD:
            raise Rejected("the token is of the future")
        given = request.query.get("x-amz-signature", "")
        with self.lock:
            names = dict(self.clusters.get(request.key, {}))
            names.update({k: v for k, v in self.clusters.get("*", {}).items() if k not in names})
            for name, groups in names.items():
                if hmac.compare_digest(request.signature(secret, name), given):
                    break
            else:
                raise Rejected(f"the signature is wrong, or it is for another cluster than {sorted(names)}")
            self.seen[request.key].add(token)
            if token in self.revoked:
                raise Rejected("the token is revoked")
        return f"arn:aws:iam::{request.key}:root", groups

    def review(self, review):
        """The answer to a TokenReview. https://kubernetes.io/docs/reference/access-authn-authz/authentication/"""
        token = review.get("spec", {}).get("token", "").partition("~")[0]
        try:
            user, groups = self.check(token)
            status = {"authenticated": True, "user": {"username": user, "uid": user, "groups": groups}}
        except Rejected as why:
            status = {"authenticated": False, "error": str(why)}
        return {"apiVersion": review.get("apiVersion"), "kind": "TokenReview", "status": status}


def owner(token):
    """The access key that a token names, for logs and faults; not proved."""
    try:
        return Request(token).key
    except Rejected:
        return None


def matches(value, pattern):
    return fnmatch.fnmatchcase(str(value or ""), str(pattern))
