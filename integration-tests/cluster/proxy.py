"""The proxy in front of the API server: TLS of its own, a log, and what faults and knobs do to requests and answers.

Requests and answers pass as they are, streams too. It knows of the API's contents only what `definitions` changes.
Connections that become something else (exec, port-forward) it does not carry.
"""
import http.client
import json
import socket
import ssl
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from .calls import Call
from .faults import Answer, Drop, closed
from .tokens import Rejected

HOP = {"connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "content-length",
       "host", "authorization", "expect"}


class Proxy(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, cluster, certificate):
        super().__init__(("127.0.0.1", 0), Handler)
        self.cluster = cluster
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(certificate)
        self.tls.set_alpn_protocols(["http/1.1"])
        self.streams, self.lock = {}, threading.Lock()
        threading.Thread(target=self._watch_streams, daemon=True).start()

    @property
    def url(self):
        return f"https://127.0.0.1:{self.server_address[1]}"

    def _watch_streams(self):
        """A stream whose client has gone ends at the API server too, even if it had nothing to say."""
        while True:
            time.sleep(0.1)
            with self.lock:
                gone = [upstream for client, upstream in self.streams.items() if closed(client)]
            for upstream in gone:
                cut(upstream)

    def handle_error(self, request, client_address):
        """Clients that hang up are what tests are about."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True

    def setup(self):
        self.upstream = None
        self.request.settimeout(30)
        self.request = self.server.tls.wrap_socket(self.request, server_side=True)
        self.request.settimeout(None)
        super().setup()

    def finish(self):
        if self.upstream:
            self.upstream.close()
        try:
            super().finish()
            self.request.unwrap()
        except (OSError, ValueError):
            pass

    def log_message(self, *_):
        pass

    def carry(self):
        body = self._body()
        cluster = self.server.cluster
        call = Call(self.command, self.path, self.headers, self.client_address[1], self.connection)
        entry, started, status = cluster.log.begin(call), time.perf_counter(), None
        try:
            rules = cluster.faults.plan(call)
            try:
                cluster.faults.strike(call, rules, "before")
                refused = cluster.definitions.refusal(call)
                if refused:
                    raise refused
                response = self._forward(call, body)
                if call.streaming and response.status == 200:
                    status = response.status
                    self._stream(call, rules, response)
                    return
                answer = Answer(response.status, headers_of(response), response.read())
                cluster.faults.strike(call, rules, "after")
            except Answer as made:
                answer = made
            status = answer.status
            self._answer(call, answer.status, answer.headers, cluster.definitions.shown(call, answer.status, answer.body))
        except Drop as drop:
            time.sleep(drop.after)
            cut(self.connection)
            self.close_connection = True
        except (OSError, http.client.HTTPException):
            cut(self.connection)
            self.close_connection = True
        finally:
            cluster.log.end(entry, call, status, started)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = carry

    def _body(self):
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            parts = []
            while size := int(self.rfile.readline().split(b";")[0], 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            while self.rfile.readline().strip():
                pass
            return b"".join(parts)
        length = int(self.headers.get("Content-Length") or 0)
        return self.rfile.read(length) if length else None

    def _forward(self, call, body):
        """Asks the API server; what it has closed meanwhile is opened again."""
        api = self.server.cluster.api
        headers = {k: v for k, v in self.headers.items() if k.lower() not in HOP}
        if self.server.cluster.definitions.concerns(call):
            headers = {k: v for k, v in headers.items() if k.lower() != "accept-encoding"}
        headers.update(self._authorization(call))
        if self.upstream is None or self.upstream.sock is None or closed(self.upstream.sock):
            if self.upstream:
                self.upstream.close()
            self.upstream = api.connect()
        self.upstream.putrequest(call.method, api.prefix + call.target, skip_accept_encoding=True)
        for name, value in headers.items():
            self.upstream.putheader(name, value)
        if body is not None or call.method in ("POST", "PUT", "PATCH"):
            self.upstream.putheader("Content-Length", str(len(body or b"")))
        self.upstream.endheaders(body)
        return self.upstream.getresponse()

    def _authorization(self, call):
        cluster = self.server.cluster
        given = self.headers.get("Authorization")
        if not cluster.foreign:
            return {} if given is None else {"Authorization": f"Bearer {cluster.passed_on(call.token)}"} if call.token \
                else {"Authorization": given}
        # Another cluster knows nothing of our tokens: who shows a good one goes on as its administrator.
        if call.token != cluster.admin_token:
            try:
                cluster.tokens.check(call.token)
            except Rejected:
                raise Answer(401, {"Content-Type": "application/json"}, json.dumps(
                    {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "message": "Unauthorized",
                     "reason": "Unauthorized", "code": 401}).encode())
        return cluster.api.headers()

    def _answer(self, call, status, headers, body):
        self.send_response_only(status)
        for name, value in headers.items():
            if name.lower() not in HOP:
                self.send_header(name, value)
        if call.method == "HEAD" or status in (204, 304):
            body = b""
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def _stream(self, call, rules, response):
        server, upstream = self.server, self.upstream.sock
        with server.lock:
            server.streams[self.connection] = upstream
        timer = None
        try:
            try:
                server.cluster.faults.strike(call, rules, "after")
            except Drop as drop:
                # The stream begins, and breaks off later.
                timer = threading.Timer(drop.after, lambda: (cut(self.connection), cut(upstream)))
                timer.start()
            self.send_response_only(response.status)
            for name, value in headers_of(response).items():
                if name.lower() not in HOP:
                    self.send_header(name, value)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.wfile.flush()
            for part in server.cluster.definitions.stream(call, response):
                self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
                self.wfile.flush()
            self.wfile.write(b"0\r\n\r\n")
            self.wfile.flush()
        finally:
            with server.lock:
                server.streams.pop(self.connection, None)
            if timer:
                timer.cancel()
            if not response.isclosed():
                self.upstream.close()
                self.upstream = None


def headers_of(response):
    return {k: v for k, v in response.getheaders() if k.lower() not in HOP}


def cut(connection):
    try:
        # Not the TLS shutdown: the other side is to see the connection break.
        socket.socket.shutdown(connection, socket.SHUT_RDWR)
    except (OSError, ValueError):
        pass
