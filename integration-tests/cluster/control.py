"""The control endpoints, and the webhook that the API server asks about tokens. What they take is told in README.md."""
import json
import traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from . import api as client


class Control:
    def __init__(self, cluster):
        self.cluster = cluster
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def answer(self, method, target, body):
        """(status, JSON value) of a request."""
        parts = urlsplit(target)
        query = {k: v[-1] for k, v in parse_qs(parts.query, keep_blank_values=True).items()}
        try:
            data = json.loads(body) if body.strip() else {}
        except ValueError as error:
            return 400, {"error": f"the body is no JSON: {error}"}
        handler = getattr(self, f"{method.lower()}_{parts.path.strip('/').replace('/', '_').replace('-', '_')}", None)
        if handler is None:
            known = sorted(n.replace("_", " ", 1) for n in dir(self) if n.partition("_")[0] in ("get", "post", "delete"))
            return 404, {"error": f"no {method} {parts.path}", "known": known}
        try:
            return 200, handler(query, data, query.get("account"))
        except (ValueError, KeyError, TypeError) as error:
            return 400, {"error": f"{type(error).__name__}: {error}"}
        except Exception as error:
            traceback.print_exc()
            return 500, {"error": f"{type(error).__name__}: {error}"}

    # -- the process
    def get_health(self, query, data, account):
        return self.cluster.info()

    def post_reset(self, query, data, account):
        return self.cluster.reset()

    # -- requests
    def get_calls(self, query, data, account):
        mutating = query.get("mutating")
        return {"calls": self.cluster.log.of(account, int(query.get("since", 0)),
                                             None if mutating is None else mutating == "true",
                                             query.get("method"), query.get("path"))}

    def get_counts(self, query, data, account):
        return self.cluster.log.counts(account)

    def post_counts_reset(self, query, data, account):
        self.cluster.log.reset(account)
        return {"reset": True}

    # -- faults
    def get_faults(self, query, data, account):
        return self.cluster.faults.json()

    def post_faults(self, query, data, account):
        specs = [dict(s) for s in (data if isinstance(data, list) else [data])]
        for spec in specs:
            if account:
                spec["match"] = {**spec.get("match", {}), "account": account}
        return {"ids": self.cluster.faults.add(specs)}

    def delete_faults(self, query, data, account):
        return {"removed": self.cluster.faults.remove(_ids(query), account)}

    def post_faults_release(self, query, data, account):
        self.cluster.faults.released(_ids(query))
        return {"released": True}

    def post_latency(self, query, data, account):
        ms = float(data.get("ms", query.get("ms", 0)))
        self.cluster.faults.latency[account or "*"] = ms / 1000
        return {"latency_ms": ms, "account": account}

    # -- who may enter
    def post_clusters(self, query, data, account):
        self.cluster.tokens.admit(account or data.get("account", "*"), data["name"], data.get("groups", ["system:masters"]),
                                  data.get("secret"))
        return {"admitted": data["name"]}

    def post_tokens(self, query, data, account):
        unknown = set(data) - {"clock_s", "lifetime_s"}
        if unknown:
            raise ValueError(f"no setting {sorted(unknown)}; there are clock_s and lifetime_s")
        self.cluster.tokens.set(account or "*", **data)
        return data

    def post_tokens_revoke(self, query, data, account):
        return {"revoked": self.cluster.tokens.revoke(account)}

    def get_tokens_rejected(self, query, data, account):
        return {"rejected": [r for r in self.cluster.tokens.rejections if account in (None, r["account"])]}

    def post_token_review(self, query, data, account):
        return self.cluster.tokens.review(data)

    # -- what the cluster does
    def post_definitions(self, query, data, account):
        self.cluster.definitions.slow(data.get("name", "*"), float(data["seconds"]))
        return data

    def delete_definitions(self, query, data, account):
        self.cluster.definitions.forget()
        return {"removed": True}

    def get_pods(self, query, data, account):
        return {"rules": [r.json() for r in self._standin().rules]}

    def post_pods(self, query, data, account):
        return {"ids": self._standin().add(data if isinstance(data, list) else [data])}

    def delete_pods(self, query, data, account):
        self._standin().remove(_ids(query))
        return {"removed": True}

    def _standin(self):
        if self.cluster.standin is None:
            raise ValueError("the pods of this cluster run for real")
        return self.cluster.standin

    # -- objects, as the administrator and past the proxy
    def get_object(self, query, data, account):
        status, answer = self.cluster.api.ask("GET", query["path"])
        return {"status": status, "object": answer}

    def post_object(self, query, data, account):
        kind = data.get("type")
        content = client.CONTENT[kind] if kind else "application/json"
        method = data.get("method") or ("PATCH" if kind else "GET")
        status, answer = self.cluster.api.ask(method, data["path"], data.get("body"), content)
        return {"status": status, "object": answer}


def _ids(query):
    return {int(i) for i in query["id"].split(",")} if query.get("id") else None


def _handler(control):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1
        disable_nagle_algorithm = True

        def log_message(self, *_):
            pass

        def respond(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, value = control.answer(self.command, self.path, body)
            data = json.dumps(value).encode() + b"\n"
            self.send_response_only(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)
            self.wfile.flush()

        do_GET = do_POST = do_DELETE = respond

    return Handler
