"""Requests as the proxy sees them: what one is, and the log of them all."""
import collections
import threading
import time
from urllib.parse import parse_qs, unquote, urlsplit

from . import tokens

MAX_LOG = 100_000
# They are made with POST and change nothing.
REVIEWS = ("selfsubjectaccessreviews", "selfsubjectrulesreviews", "subjectaccessreviews", "localsubjectaccessreviews",
           "tokenreviews")


class Call:
    def __init__(self, method, target, headers, port, connection):
        parts = urlsplit(target)
        self.method, self.target, self.path, self.query = method, target, unquote(parts.path), parts.query
        self.headers, self.port, self.connection = headers, port, connection
        self.parameters = {k: v[-1] for k, v in parse_qs(parts.query, keep_blank_values=True).items()}
        self.token = headers.get("Authorization", "").partition("Bearer ")[2].strip()
        self.account = tokens.owner(self.token)
        self.agent = headers.get("User-Agent", "")
        self.fault = self.seq = None

    @property
    def mutating(self):
        return (self.method not in ("GET", "HEAD", "OPTIONS") and "dryRun" not in self.parameters
                and self.path.rpartition("/")[2] not in REVIEWS)

    @property
    def streaming(self):
        """Whether the answer goes on until somebody ends it."""
        return (self.parameters.get("watch", "").lower() in ("true", "1") or "/watch/" in self.path
                or self.parameters.get("follow", "").lower() in ("true", "1"))


class Log:
    def __init__(self):
        self.lock = threading.Lock()
        self.entries = collections.deque(maxlen=MAX_LOG)
        self.seq = self.in_flight = self.peak = 0

    def begin(self, call):
        with self.lock:
            self.seq += 1
            call.seq = self.seq
            self.in_flight += 1
            self.peak = max(self.peak, self.in_flight)
            entry = {"seq": self.seq, "time": time.time(), "method": call.method, "path": call.path, "query": call.query,
                     "agent": call.agent, "account": call.account, "mutating": call.mutating,
                     "content_type": call.headers.get("Content-Type"), "status": None, "fault": None, "ms": None,
                     "port": call.port}
            self.entries.append(entry)
            return entry

    def end(self, entry, call, status, started):
        with self.lock:
            self.in_flight -= 1
            entry.update(status=status, fault=call.fault, ms=round((time.perf_counter() - started) * 1000, 2))

    def reset(self, account=None):
        with self.lock:
            kept = [e for e in self.entries if account is not None and e["account"] != account]
            self.entries.clear()
            self.entries.extend(kept)
            self.peak = self.in_flight

    def of(self, account=None, since=0, mutating=None, method=None, path=None):
        with self.lock:
            return [e for e in self.entries if account in (None, e["account"]) and e["seq"] > since
                    and mutating in (None, e["mutating"]) and method in (None, e["method"])
                    and (path is None or tokens.matches(e["path"], path))]

    def counts(self, account=None):
        entries = self.of(account)
        count = collections.Counter
        return {"total": len(entries), "mutating": sum(e["mutating"] for e in entries),
                "calls": dict(count(f"{e['method']} {e['path']}" for e in entries).most_common()),
                "errors": dict(count(f"{e['method']} {e['path']} {e['status']}" for e in entries if (e["status"] or 0) >= 400)),
                "faults": dict(count(e["fault"] for e in entries if e["fault"])),
                "connections": len({e["port"] for e in entries}), "in_flight_peak": self.peak}
