"""Faults by rule, in the form that the AWS emulator has them: errors, cut connections, held requests, delays.

A rule is JSON: {"match": {"method", "path", "query", "agent", "account" (globs), "mutating" (boolean)}, "kind": ...,
"when": "before" or "after", "skip": n, "times": n, ...}. Knows nothing of what an answer holds.
"""
import itertools
import json
import select
import threading
import time

from .tokens import matches

KINDS = {"error", "drop", "hold", "delay"}
GLOBS = {"method", "path", "query", "agent", "account"}
REASONS = {400: "BadRequest", 401: "Unauthorized", 403: "Forbidden", 404: "NotFound", 409: "Conflict", 410: "Expired",
           422: "Invalid", 429: "TooManyRequests", 500: "InternalError", 503: "ServiceUnavailable", 504: "Timeout"}
_ids = itertools.count(1)


class Drop(Exception):
    """Close the connection without an answer, or without the rest of it."""

    def __init__(self, after=0.0):
        super().__init__("dropped")
        self.after = after


class Answer(Exception):
    """Answer with this instead."""

    def __init__(self, status, headers, body):
        super().__init__(f"answers {status}")
        self.status, self.headers, self.body = status, headers, body


class Rule:
    def __init__(self, spec):
        if spec.get("kind") not in KINDS:
            raise ValueError(f"kind must be one of {sorted(KINDS)}, not {spec.get('kind')!r}")
        if spec.get("when", "before") not in ("before", "after"):
            raise ValueError("when must be before or after")
        self.match = dict(spec.get("match", {}))
        if unknown := set(self.match) - GLOBS - {"mutating"}:
            raise ValueError(f"match knows no {sorted(unknown)}")
        self.id, self.kind, self.spec, self.when = next(_ids), spec["kind"], spec, spec.get("when", "before")
        self.skip, self.times = int(spec.get("skip", 0)), spec.get("times")
        self.seen = self.hit = 0
        self.held, self.release = [], threading.Event()

    def takes(self, call):
        if self.match.get("mutating") not in (None, call.mutating):
            return False
        return all(matches(getattr(call, k), v) for k, v in self.match.items() if k in GLOBS)

    def fires(self):
        """Counts the match; whether this one is the rule's (after `skip`, at most `times`)."""
        self.seen += 1
        if self.seen <= self.skip or (self.times is not None and self.hit >= int(self.times)):
            return False
        self.hit += 1
        return True

    def json(self):
        return {"id": self.id, "kind": self.kind, "match": self.match, "when": self.when, "skip": self.skip,
                "times": self.times, "seen": self.seen, "hit": self.hit, "holding": list(self.held), "spec": self.spec}


class Faults:
    def __init__(self):
        self.lock = threading.Lock()
        self.rules = []
        self.latency = {}   # account or "*" -> seconds

    def add(self, specs):
        rules = [Rule(s) for s in specs]
        with self.lock:
            self.rules = self.rules + rules
        return [r.id for r in rules]

    def remove(self, ids=None, account=None):
        """Removes rules by id, or those of one account, or all; whatever they hold is released."""
        with self.lock:
            gone = [r for r in self.rules if (ids is None or r.id in ids)
                    and (account is None or r.match.get("account") == account)]
            self.rules = [r for r in self.rules if r not in gone]
        for rule in gone:
            rule.release.set()
        return len(gone)

    def released(self, ids=None):
        for rule in self.rules:
            if ids is None or rule.id in ids:
                rule.release.set()
                rule.release = threading.Event()

    def plan(self, call):
        """The rules that fire on this call, in the order they were made."""
        delay = self.latency.get(call.account, self.latency.get("*", 0.0))
        if delay:
            time.sleep(delay)
        if not self.rules:
            return ()
        with self.lock:
            return [r for r in self.rules if r.takes(call) and r.fires()]

    def strike(self, call, rules, when):
        """What is to happen to the call before or after it had its effect: waits, or raises."""
        for rule in rules:
            if rule.when != when:
                continue
            spec = rule.spec
            call.fault = rule.kind if rule.kind == "delay" else f"{rule.kind}-{when}"
            if rule.kind == "delay":
                time.sleep(float(spec.get("ms", 0)) / 1000)
            elif rule.kind == "drop":
                raise Drop(float(spec.get("ms", 0)) / 1000)
            elif rule.kind == "hold":
                self._hold(call, rule)
            else:
                raise answer_of(spec)

    def _hold(self, call, rule):
        """Keeps the caller waiting until the rule is released or the connection closes."""
        what = {"call": f"{call.method} {call.path}", "account": call.account, "since": time.time(), "seq": call.seq}
        release = rule.release
        rule.held.append(what)
        try:
            while not release.wait(0.02):
                if closed(call.connection):
                    raise Drop()
        finally:
            rule.held.remove(what)

    def json(self):
        return {"faults": [r.json() for r in self.rules], "holding": [h for r in self.rules for h in r.held],
                "latency_ms": {k: v * 1000 for k, v in self.latency.items()}}


def answer_of(spec):
    """The answer of an `error`: what the rule gives, else a Status as the API server answers it.

    https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/
    """
    status = int(spec.get("status", 500))
    body = spec.get("body")
    if body is None:
        body = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
                "message": spec.get("message", "made to fail"), "code": status,
                "reason": spec.get("reason", REASONS.get(status, "Unknown"))}
    content = "text/plain" if isinstance(body, str) else "application/json"
    data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    return Answer(status, {"Content-Type": content, **spec.get("headers", {})}, data)


def closed(connection):
    """Whether the other end has hung up, whatever it had still sent."""
    poll = select.poll()
    try:
        poll.register(connection, select.POLLRDHUP)
        return any(event & (select.POLLRDHUP | select.POLLHUP | select.POLLERR | select.POLLNVAL) for _, event in poll.poll(0))
    except (OSError, ValueError):
        return True
