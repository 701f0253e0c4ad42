"""The control endpoints under `/_kiban/`: what tests and benchmarks ask of the emulator. Not counted as calls."""
import collections
import json
import threading
import time
import traceback
from urllib.parse import parse_qs

from . import inventory, persistence, state

MAX_LOG = 200_000


class Counters:
    """Calls counted by account, service and action, and logged in order."""

    def __init__(self):
        self.lock = threading.Lock()
        self.log = collections.deque(maxlen=MAX_LOG)
        self.seq = self.in_flight = self.peak = 0
        self.connections = set()

    def begin(self, call):
        with self.lock:
            self.seq += 1
            call.seq = self.seq
            self.in_flight += 1
            self.peak = max(self.peak, self.in_flight)
            self.connections.add((call.environ.get("REMOTE_ADDR"), call.environ.get("REMOTE_PORT")))
            entry = {"seq": self.seq, "time": time.time(), "call": call.name, "service": call.service,
                     "action": call.action, "account": call.account, "region": call.region, "mutating": call.mutating,
                     "status": None, "fault": None, "ms": None, "port": call.environ.get("REMOTE_PORT")}
            self.log.append(entry)
            return entry

    def end(self, entry, call, status, started):
        with self.lock:
            self.in_flight -= 1
            entry.update(status=status, fault=call.fault, ms=round((time.perf_counter() - started) * 1000, 2))

    def reset(self, account=None):
        with self.lock:
            kept = [e for e in self.log if account is not None and e["account"] != account]
            self.log.clear()
            self.log.extend(kept)
            if account is None:
                self.seq = 0
                self.peak = self.in_flight
                self.connections.clear()

    def counts(self, account=None):
        with self.lock:
            entries = [e for e in self.log if account in (None, e["account"])]
            calls = collections.Counter(e["call"] for e in entries)
            errors = collections.Counter(f"{e['call']} {e['status']}" for e in entries if (e["status"] or 0) >= 400)
            services = collections.Counter(e["service"] for e in entries)
            return {"total": len(entries), "mutating": sum(e["mutating"] for e in entries),
                    "calls": dict(calls.most_common()), "services": dict(services.most_common()),
                    "errors": dict(errors), "faults": dict(collections.Counter(e["fault"] for e in entries if e["fault"])),
                    "in_flight_peak": self.peak, "connections": len(self.connections),
                    "server_ms": round(sum(e["ms"] or 0 for e in entries), 1)}

    def calls(self, account=None, since=0, mutating=None):
        with self.lock:
            return [e for e in self.log if account in (None, e["account"]) and e["seq"] > since
                    and mutating in (None, e["mutating"])]


class Control:
    def __init__(self, server):
        self.server, self.counters, self.faults = server, server.counters, server.faults

    def answer(self, method, path, query_string, body):
        """(status, JSON value) of a control request."""
        query = {k: v[-1] for k, v in parse_qs(query_string).items()}
        try:
            data = json.loads(body) if body.strip() else {}
        except ValueError as error:
            return 400, {"error": f"the body is no JSON: {error}"}
        name = path[len("/_kiban/"):].strip("/").replace("/", "_")
        handler = getattr(self, f"{method.lower()}_{name}", None)
        if handler is None:
            known = [f"{verb.upper()} /_kiban/{rest.replace('_', '/')}" for verb, _, rest in (n.partition("_") for n in dir(self))
                     if verb in ("get", "post", "delete")]
            return 404, {"error": f"no {method} {path}", "known": known}
        account = query.get("account") or (data.get("account") if isinstance(data, dict) else None)
        try:
            return 200, handler(query, data, account)
        except (ValueError, KeyError, TypeError) as error:
            return 400, {"error": f"{type(error).__name__}: {error}"}
        except Exception as error:
            traceback.print_exc()
            return 500, {"error": f"{type(error).__name__}: {error}"}

    # -- state of the server
    def get_health(self, query, data, account):
        return {"status": "ok", **self.server.info()}

    def post_shutdown(self, query, data, account):
        self.server.stop_soon()
        return {"stopping": True}

    # -- counters
    def get_counts(self, query, data, account):
        return self.counters.counts(account)

    def post_counts_reset(self, query, data, account):
        self.counters.reset(account)
        return {"reset": True}

    def get_calls(self, query, data, account):
        mutating = query.get("mutating")
        return {"calls": self.counters.calls(account, int(query.get("since", 0)),
                                             None if mutating is None else mutating == "true")}

    # -- latency, settings, faults
    def post_latency(self, query, data, account):
        ms = float(data.get("ms", query.get("ms", 0)))
        self.faults.latency[account or "*"] = ms / 1000
        return {"latency_ms": ms, "account": account}

    def get_config(self, query, data, account):
        return state.CONFIG

    def post_config(self, query, data, account):
        for key, value in data.items():
            if key not in state.CONFIG:
                raise ValueError(f"no setting {key!r}; there are {sorted(state.CONFIG)}")
            if not isinstance(value, (int, float)):
                raise ValueError(f"{key} takes a number or a boolean")
        state.CONFIG.update(data)
        return state.CONFIG

    def get_faults(self, query, data, account):
        return self.faults.json()

    def post_faults(self, query, data, account):
        specs = data if isinstance(data, list) else data.get("faults", [data] if "kind" in data or "action" in data else [])
        specs = [dict(s) for s in specs]
        for spec in specs:
            if query.get("account"):
                spec["match"] = {**spec.get("match", {}), "account": query["account"]}
        return {"ids": self.faults.add(specs)}

    def delete_faults(self, query, data, account):
        ids = {int(i) for i in query["id"].split(",")} if query.get("id") else None
        return {"removed": self.faults.remove(ids, account)}

    def post_faults_release(self, query, data, account):
        ids = {int(i) for i in query["id"].split(",")} if query.get("id") else None
        self.faults.released(ids)
        return {"released": True}

    # -- what stands behind EKS clusters
    def post_kubernetes(self, query, data, account):
        return state.place_kubernetes(account, data["endpoint"], data["ca"])

    def delete_kubernetes(self, query, data, account):
        return {"removed": state.KUBERNETES.pop(account or "*", None) is not None}

    # -- the accounts
    def post_reset(self, query, data, account):
        persistence.reset(account)
        self.counters.reset(account)
        self.faults.remove(None, account)
        self.faults.latency.pop(account or "*", None)
        if account is None:
            self.faults.latency.clear()
        self.server.touch()
        return {"reset": account or "all"}

    def get_snapshot(self, query, data, account):
        return inventory.snapshot(account)

    def post_save(self, query, data, account):
        path = data.get("path") or self.server.state_file
        if not path:
            raise ValueError("no state file: start with --state FILE or give {\"path\": ...}")
        return {"path": path, "bytes": persistence.save(path)}
