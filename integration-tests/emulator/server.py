"""The WSGI application and its server: keep-alive, many threads, one port for all services and the control endpoints."""
import json
import os
import signal
import socket
import sys
import threading
import time
import warnings
from traceback import format_exc

# moto warns of error codes that botocore's models do not list; AWS answers many such.
warnings.filterwarnings("ignore", message="Exception\\(", module="moto")
# moto reads these when its modules load.
os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")
os.environ.setdefault("MOTO_EC2_LOAD_DEFAULT_AMIS", "true")
os.environ.setdefault("AWS_ACCESS_KEY_ID", "test")
os.environ.setdefault("AWS_SECRET_ACCESS_KEY", "test")
os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")

from cheroot import wsgi

from . import accounts, cbor, core, persistence, rules
from .control import Control, Counters
from .faults import Drop, Faults

THREADS = int(os.environ.get("KIBAN_EMULATOR_THREADS", "64"))
IDLE_SAVE_SECONDS = 1.0
REASONS = {200: "OK", 201: "Created", 204: "No Content", 400: "Bad Request", 403: "Forbidden", 404: "Not Found",
           409: "Conflict", 412: "Precondition Failed", 429: "Too Many Requests", 500: "Internal Server Error",
           501: "Not Implemented", 503: "Service Unavailable"}


class Emulator:
    """Takes a request, lets the faults have their say, and has the call carried out."""

    def __init__(self, state_file=None):
        self.state_file = state_file
        self.counters, self.faults = Counters(), Faults()
        self.control = Control(self)
        self.started = time.time()
        self.changed_at = None
        self.http = None
        self._save_lock = threading.Lock()

    # -- WSGI
    def __call__(self, environ, start_response):
        path = environ.get("PATH_INFO", "/")
        body = _body(environ)
        if path.startswith("/_kiban/"):
            status, value = self.control.answer(environ["REQUEST_METHOD"], path, environ.get("QUERY_STRING", ""), body)
            return _send(start_response, status, {"Content-Type": "application/json"}, json.dumps(value).encode() + b"\n")
        if path in ("/_localstack/health", "/favicon.ico"):
            return _send(start_response, 200, {"Content-Type": "application/json"}, b'{"edition": "kiban"}\n')
        environ["RAW_URI"] = environ.get("REQUEST_URI", path)
        status, headers, content = self.serve(core.Call(environ, body))
        if environ["REQUEST_METHOD"] == "HEAD":
            length = next((v for k, v in headers.items() if k.lower() == "content-length"), len(content))
            return _send(start_response, status, headers, b"", length)
        return _send(start_response, status, headers, content)

    def serve(self, call):
        started, unknown = time.perf_counter(), None
        call.account = accounts.account_of(call.access_key)
        try:
            core.identify(call)
        except core.AwsError as error:
            unknown = error
        entry, status = self.counters.begin(call), None
        try:
            delay = self.faults.delay_of(call.account)
            if delay:
                time.sleep(delay)
            fired = self.faults.plan(call)
            try:
                if unknown:
                    raise unknown
                self.faults.before(call, fired)
                answer = core.execute(call)
                if call.mutating and answer[0] < 500:
                    self.touch()
                self.faults.after(call, fired)
            except core.AwsError as error:
                answer = core.refuse(call, error)
            status = answer[0]
            return cbor.write(call, answer) if call.in_cbor else answer
        except Drop:
            _cut(call.environ)
            raise
        finally:
            self.counters.end(entry, call, status, started)

    def info(self):
        return {"pid": os.getpid(), "uptime_s": round(time.time() - self.started, 1), "state_file": self.state_file,
                "endpoint": f"http://127.0.0.1:{self.http.bind_addr[1]}" if self.http else None}

    # -- saving
    def touch(self):
        self.changed_at = time.time()

    def save(self):
        if self.state_file:
            with self._save_lock:
                self.changed_at = None  # a failure is told once and tried again after the next change
                try:
                    persistence.save(self.state_file)
                except Exception as error:
                    print(f"emulator: cannot save to {self.state_file}: {error}", file=sys.stderr, flush=True)

    def _save_when_idle(self):
        while True:
            time.sleep(0.25)
            if self.changed_at and time.time() - self.changed_at > IDLE_SAVE_SECONDS:
                self.save()

    # -- running
    def run(self, port, ready=None):
        if self.state_file and os.path.exists(self.state_file):
            persistence.load(self.state_file)
        wsgi.Server.wsgi_version = (1, 0)
        server = wsgi.Server(("127.0.0.1", port), self, numthreads=THREADS, request_queue_size=1024, timeout=120,
                             shutdown_timeout=1)
        server.gateway = Gateway
        server.nodelay = True
        server.keep_alive_conn_limit = 4096
        server.error_log = _report
        self.http = server
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stop_soon())
        server.prepare()
        if self.state_file:
            threading.Thread(target=self._save_when_idle, daemon=True).start()
        threading.Thread(target=rules.warm, daemon=True).start()
        if ready:
            ready(server.bind_addr[1])
        server.serve()

    def stop_soon(self):
        threading.Thread(target=self._stop, daemon=True).start()

    def _stop(self):
        time.sleep(0.05)  # let the answer to the shutdown request out
        if self.changed_at or (self.state_file and not os.path.exists(self.state_file)):
            self.save()
        os._exit(0)


class Gateway(wsgi.Gateway_10):
    """Hands the application its socket, so that a fault can cut the connection or watch it close.

    An answer leaves in one write. Split in two, its body can come so late that Go's HTTP client, which may still be
    closing its own request's body when an answer is this fast, gives the connection up between them and calls again.
    """

    def get_environ(self):
        environ = super().get_environ()
        environ["kiban.socket"] = self.req.conn.socket
        environ["kiban.request"] = self.req
        return environ

    def respond(self):
        connection = self.req.conn
        wfile, connection.wfile = connection.wfile, _Collected()
        try:
            super().respond()
        except Drop:
            self.req.close_connection = True
            self.req.sent_headers = True
            connection.wfile.parts.clear()
        finally:
            collected, connection.wfile = connection.wfile, wfile
        if collected.parts:
            wfile.write(b"".join(collected.parts))


class _Collected:
    def __init__(self):
        self.parts = []

    def write(self, data):
        self.parts.append(bytes(data))
        return len(data)

    def flush(self):
        pass


def _report(message="", level=20, traceback=False):
    print("emulator:", message, format_exc() if traceback else "", file=sys.stderr, flush=True)


def _body(environ):
    if environ.get("HTTP_TRANSFER_ENCODING", "").lower() == "chunked":
        body = environ["wsgi.input"].read()
        environ.pop("HTTP_TRANSFER_ENCODING")
        environ["CONTENT_LENGTH"] = str(len(body))
        return body
    length = int(environ.get("CONTENT_LENGTH") or 0)
    return environ["wsgi.input"].read(length) if length else b""


def _cut(environ):
    try:
        environ["kiban.socket"].shutdown(socket.SHUT_RDWR)
    except OSError:
        pass


def _send(start_response, status, headers, body, length=None):
    """The length is always the body's own: one byte too many and the next answer on the connection is lost."""
    items = [(k, v) for k, v in headers.items() if k.lower() not in ("connection", "content-length", "transfer-encoding")]
    if status in (204, 304):
        body = b""
    else:
        items.append(("Content-Length", str(len(body) if length is None else length)))
    start_response(f"{status} {REASONS.get(status, 'Status')}", items)
    return [body] if body else []
