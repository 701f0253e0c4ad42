"""A stand-in for the part of Jenkins' HTTP interface that the reaper talks to.

Answers as Jenkins does where it matters: absolute addresses with the public name, a crumb that holds only within its
session, redirects after a request to stop, and both ways to read a log. `modern=False` is a Jenkins from before 2026,
without the request for the end of a log, that reads only so many lines for one answer.
"""

import base64
import http.server
import json
import threading
import urllib.parse

PUBLIC = "https://payments.ci.example.com"
LINES_AT_ONCE = 50


class Build:
    def __init__(self, path, started, log, ends_by="stop"):
        self.path = path
        self.started = started
        self.log = log
        self.ends_by = ends_by  # which request ends it; None: none does
        self.building = True
        self.asked = []


class Jenkins:
    def __init__(self, modern=True, crumbs=True, user="admin", password="secret"):
        self.modern, self.crumbs = modern, crumbs
        self.authorization = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
        self.builds = {}
        self.agents = {}  # name: is offline
        self.requests = []
        stand_in = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                stand_in.get(self)

            def do_POST(self):
                stand_in.post(self)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def add(self, path, started, log, **more):
        self.builds[path] = Build(path, started, log, **more)
        return self.builds[path]

    def answer(self, handler, status, body=b"", kind="application/json", **headers):
        handler.send_response(status)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        try:
            handler.wfile.write(body)
        except (BrokenPipeError, ConnectionResetError):
            pass  # the reaper needs no more than the headers

    def allowed(self, handler):
        if handler.headers.get("Authorization") == self.authorization:
            return True
        self.answer(handler, 401)
        return False

    def get(self, handler):
        self.requests.append(("GET", handler.path))
        if not self.allowed(handler):
            return
        url = urllib.parse.urlsplit(handler.path)
        query = urllib.parse.parse_qs(url.query)
        if url.path == "/crumbIssuer/api/json":
            if not self.crumbs:
                return self.answer(handler, 404)
            body = json.dumps({"crumbRequestField": "Jenkins-Crumb", "crumb": "crumb-1"}).encode()
            return self.answer(handler, 200, body, Set_Cookie="JSESSIONID.1=session-1; Path=/; HttpOnly")
        if url.path == "/computer/api/json":
            return self.answer(handler, 200, json.dumps(self.computers()).encode())
        for path, build in self.builds.items():
            if url.path == f"{path}/api/json":
                body = {"building": build.building, "timestamp": int(build.started * 1000), "fullDisplayName": path}
                return self.answer(handler, 200, json.dumps(body).encode())
            if url.path == f"{path}/logText/progressiveText":
                return self.log(handler, build, int(query["start"][0]))
        self.answer(handler, 404)

    def computers(self):
        running = [{"currentExecutable": {"url": f"{PUBLIC}{path}/"}} for path, b in self.builds.items() if b.building]
        built_in = {"displayName": "Built-In Node", "offline": False, "executors": [], "oneOffExecutors": running}
        agents = [
            # An agent shows the same build again, or nothing.
            {"displayName": name, "offline": offline, "executors": [{"currentExecutable": None}, *running[:1]], "oneOffExecutors": []}
            for name, offline in self.agents.items()
        ]
        return {"computer": [built_in, *agents]}

    def log(self, handler, build, start):
        raw = build.log.encode()
        if self.modern and "multipart/form-data" in handler.headers.get("Accept", ""):
            begin = max(0, len(raw) + start) if start < 0 else start
            meta = json.dumps({"completed": False, "start": begin, "end": len(raw)}).encode()
            body = b"".join(
                b"--frontier\r\nContent-Disposition: form-data;name=" + name + b"\r\nContent-Type: " + kind
                + b";charset=utf-8\r\n\r\n" + text + b"\r\n"
                for name, kind, text in ((b"text", b"text/plain", raw[begin:]), (b"meta", b"application/json", meta))
            ) + b"--frontier--\r\n"
            return self.answer(handler, 200, body, "multipart/form-data;boundary=frontier")
        if start < 0:
            return self.answer(handler, 500)  # it cannot seek there
        if start > len(raw):
            start = 0
        text = b"".join(raw[start:].splitlines(keepends=True)[:LINES_AT_ONCE])
        self.answer(handler, 200, text, "text/plain;charset=UTF-8", X_Text_Size=str(start + len(text)), X_More_Data="true")

    def post(self, handler):
        self.requests.append(("POST", handler.path))
        if not self.allowed(handler):
            return
        if self.crumbs and not (
            handler.headers.get("Jenkins-Crumb") == "crumb-1" and "JSESSIONID.1=session-1" in handler.headers.get("Cookie", "")
        ):
            return self.answer(handler, 403)
        path, verb = handler.path.rsplit("/", 1)
        build = self.builds.get(path)
        if build is None or verb not in ("stop", "term", "kill"):
            return self.answer(handler, 404)
        build.asked.append(verb)
        if build.ends_by == verb:
            build.building = False
        # To the public name, which is not to be followed: there is nobody.
        self.answer(handler, 302, Location=f"{PUBLIC}{path}/")
