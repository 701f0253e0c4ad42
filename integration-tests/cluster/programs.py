"""etcd, kube-apiserver and kube-controller-manager: their files, flags and processes, in a folder that goes with them.

https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/
"""
import base64
import ctypes
import json
import os
import random
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

from .api import Api, trusting
from .certificates import Authority, account_key

START_SECONDS = 90
ATTEMPTS = 5
PR_SET_PDEATHSIG = 1
# Loaded before anything forks: between fork and exec little is safe.
LIBC = ctypes.CDLL(None)


class Failed(Exception):
    """Why the programs do not run."""


class Programs:
    def __init__(self, folder):
        self.binaries = folder
        self.folder = tempfile.mkdtemp(prefix="kiban-cluster-")
        self.authority = Authority()
        self.token = secrets.token_hex(16)
        self.children = []
        self.api = self.etcd = None

    def start(self, webhook):
        """Starts all three; `webhook` is the URL that reviews tokens. Another process may take a port: then again."""
        self._write("ca.pem", self.authority.pem)
        certificate, key = self.authority.server("kube-apiserver")
        self._write("apiserver.pem", certificate + key)
        self._write("accounts.pem", account_key())
        self._write("tokens.csv", f'{self.token},kubernetes-admin,kubernetes-admin,"system:masters"\n'.encode())
        self._write("webhook.json", json.dumps(kubeconfig(webhook)).encode())
        for attempt in range(ATTEMPTS):
            try:
                self._attempt()
                return
            except Failed:
                self._end_children()
                if attempt == ATTEMPTS - 1 or not self._port_was_taken():
                    raise
                shutil.rmtree(self.path("etcd"), ignore_errors=True)

    def _attempt(self):
        etcd, peer, secure = free_ports(3)
        self.etcd = f"http://127.0.0.1:{etcd}"
        self._run("etcd", [
            f"--data-dir={self.path('etcd')}", "--unsafe-no-fsync", "--log-level=error", "--max-txn-ops=100000",
            "--max-request-bytes=33554432",
            f"--listen-client-urls={self.etcd}", f"--advertise-client-urls={self.etcd}",
            f"--listen-peer-urls=http://127.0.0.1:{peer}", f"--initial-advertise-peer-urls=http://127.0.0.1:{peer}",
            f"--initial-cluster=default=http://127.0.0.1:{peer}"])
        self._wait("etcd", lambda: b"true" in urllib.request.build_opener(urllib.request.ProxyHandler({})).open(
            f"{self.etcd}/health", timeout=5).read())
        self._run("kube-apiserver", [
            f"--etcd-servers={self.etcd}", "--bind-address=127.0.0.1", f"--secure-port={secure}", "--insecure-port=0",
            f"--tls-cert-file={self.path('apiserver.pem')}", f"--tls-private-key-file={self.path('apiserver.pem')}",
            f"--client-ca-file={self.path('ca.pem')}", f"--token-auth-file={self.path('tokens.csv')}",
            f"--authentication-token-webhook-config-file={self.path('webhook.json')}",
            "--authentication-token-webhook-version=v1", "--authentication-token-webhook-cache-ttl=0s",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-account-key-file={self.path('accounts.pem')}",
            f"--service-account-signing-key-file={self.path('accounts.pem')}",
            "--authorization-mode=RBAC", "--service-cluster-ip-range=10.0.0.0/24", "--allow-privileged=true",
            # Pods start before the controllers have made their account, and nodes are never asked how they are.
            "--disable-admission-plugins=ServiceAccount,TaintNodesByCondition",
            "--endpoint-reconciler-type=none", "--profiling=false", "--max-requests-inflight=2000",
            "--max-mutating-requests-inflight=1000"])
        url = f"https://127.0.0.1:{secure}"
        self.api = Api(url, trusting(self.authority.pem.decode()), self.token)
        self._write("admin.json", json.dumps(kubeconfig(url, self.authority.pem, self.token)).encode())
        # Its own wait for the API server takes a second at a time: it starts when there is something to find.
        self._wait("kube-apiserver", lambda: self.api.ask("GET", "/readyz")[0] == 200)
        self._run("kube-controller-manager", [
            f"--kubeconfig={self.path('admin.json')}", "--leader-elect=false", "--port=0", "--secure-port=0",
            f"--service-account-private-key-file={self.path('accounts.pem')}", f"--root-ca-file={self.path('ca.pem')}",
            "--controllers=*,-nodelifecycle,-nodeipam,-cloud-node-lifecycle,-route,-service,-ttl,-attachdetach",
            "--kube-api-qps=500", "--kube-api-burst=1000"])
        self._wait("kube-controller-manager", lambda: self.api.ask(
            "GET", "/api/v1/namespaces/default/serviceaccounts/default")[0] == 200)

    def path(self, name):
        return os.path.join(self.folder, name)

    def _write(self, name, data):
        with open(os.open(self.path(name), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(data)

    def _run(self, name, arguments):
        with open(self.path(f"{name}.log"), "ab") as log:
            child = subprocess.Popen([os.path.join(self.binaries, name), *arguments], stdin=subprocess.DEVNULL,
                                     stdout=log, stderr=log, cwd=self.folder, preexec_fn=_die_with_parent)
        self.children.append((name, child))

    def _wait(self, name, ready):
        child, deadline = self.children[-1][1], time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if child.poll() is not None:
                raise Failed(f"{name} ended with {child.returncode}:\n{self.log(name)}")
            try:
                if ready():
                    return
            except OSError:
                pass
            time.sleep(0.05)
        raise Failed(f"{name} does not answer after {START_SECONDS} s:\n{self.log(name)}")

    def log(self, name, lines=8):
        try:
            with open(self.path(f"{name}.log"), encoding="utf-8", errors="replace") as file:
                return "\n".join(file.read().strip().splitlines()[-lines:])
        except OSError:
            return ""

    def _port_was_taken(self):
        return any("address already in use" in self.log(name, 50) for name in ("etcd", "kube-apiserver"))

    def ended(self):
        """The first program that has ended by itself, if one has."""
        return next((f"{n} ended with {c.returncode}:\n{self.log(n)}" for n, c in self.children if c.poll() is not None), None)

    def _end_children(self):
        # All data goes with the folder: none needs time to leave it in order.
        for _, child in reversed(self.children):
            child.kill()
            child.wait()
        self.children.clear()

    def stop(self):
        self._end_children()
        shutil.rmtree(self.folder, ignore_errors=True)


class Store:
    """What the API server keeps in etcd, to go back to how it was. https://etcd.io/docs/v3.4/dev-guide/api_grpc_gateway/"""

    PREFIX = b"/registry/"

    def __init__(self, url):
        self.url, self.first = url, None

    def remember(self):
        self.first = self._all()

    def restore(self):
        """Everything that was made since is gone, everything that was changed or deleted is back; at one moment."""
        now, steps = self._all(), []
        for key in now:
            if key not in self.first:
                steps.append({"request_delete_range": {"key": _b64(key)}})
        for key, value in self.first.items():
            if now.get(key) != value:
                steps.append({"request_put": {"key": _b64(key), "value": _b64(value)}})
        if steps:
            self._ask("txn", {"success": steps})
        return len(steps)

    def _all(self):
        answer = self._ask("range", {"key": _b64(self.PREFIX), "range_end": _b64(self.PREFIX[:-1] + b"0")})
        return {base64.b64decode(kv["key"]): base64.b64decode(kv.get("value", "")) for kv in answer.get("kvs", [])}

    def _ask(self, what, body):
        request = urllib.request.Request(f"{self.url}/v3/kv/{what}", json.dumps(body).encode(),
                                         {"Content-Type": "application/json"})
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=60) as response:
            return json.load(response)


def kubeconfig(url, authority=None, token=None):
    cluster = {"server": url}
    if authority:
        cluster["certificate-authority-data"] = _b64(authority)
    return {"apiVersion": "v1", "kind": "Config", "current-context": "main",
            "clusters": [{"name": "main", "cluster": cluster}],
            "users": [{"name": "main", "user": {"token": token} if token else {}}],
            "contexts": [{"name": "main", "context": {"cluster": "main", "user": "main"}}]}


def free_ports(count):
    """Below the ports that outgoing connections get, so that none of those takes one before it is listened on."""
    found = []
    while len(found) < count:
        port = random.SystemRandom().randrange(15000, 32000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        if port not in found:
            found.append(port)
    return found


def _die_with_parent():
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _b64(data):
    return base64.b64encode(data).decode()


def built(script):
    """The folder of the programs; Failed says what to do where they are not built."""
    done = subprocess.run([script, "--where"], capture_output=True, text=True)
    if done.returncode:
        raise Failed(done.stderr.strip() or f"{script} says nothing")
    return done.stdout.strip()


if sys.platform != "linux":
    raise SystemExit("cluster: needs Linux")
