"""`serve`: starts everything in order, says where it is, and ends it."""
import argparse
import base64
import json
import os
import secrets
import shutil
import signal
import sys
import tempfile
import threading
import time

from .api import Api, trusting
from .calls import Log
from .certificates import Authority
from .control import Control
from .definitions import Definitions
from .faults import Faults
from .programs import Failed, Programs, Store, built, kubeconfig
from .proxy import Proxy
from .standin import Standin
from .tokens import PREFIX, Rejected, Tokens

HERE = os.path.dirname(os.path.abspath(__file__))


class Cluster:
    """All parts, and what they share. `foreign`: the API server is somebody else's."""

    def __init__(self):
        self.log, self.faults, self.tokens, self.definitions = Log(), Faults(), Tokens(), Definitions()
        self.control, self.started = Control(self), time.time()
        self.foreign, self.api, self.admin_token, self.folder = False, None, None, None
        self.programs = self.store = self.standin = self.proxy = None
        self.groups = set()
        threading.Thread(target=self.control.server.serve_forever, daemon=True).start()

    def start(self, nodes):
        self.programs = Programs(built(os.path.join(HERE, "build")))
        self.programs.start(f"{self.control.url}/token-review")
        self.api, self.admin_token = self.programs.api, self.programs.token
        self.standin = Standin(self.api, nodes)
        self.standin.start()
        self.store = Store(self.programs.etcd)
        self.groups = self._groups()
        self.store.remember()
        self._open(self.programs.authority, self.programs.folder)

    def join(self, path):
        """Stand in front of the cluster of a kubeconfig; what its own authentication takes stays behind the proxy."""
        self.foreign, self.admin_token = True, secrets.token_hex(16)
        folder = self.folder = tempfile.mkdtemp(prefix="kiban-cluster-")
        self.api = foreign_api(path, folder)
        status, answer = self.api.ask("GET", "/version")
        if status != 200:
            raise Failed(f"{self.api.url} answers {status}: {answer}")
        self._open(Authority(), folder)

    def _open(self, authority, folder):
        certificate, key = authority.server("kubernetes")
        place = os.path.join(folder, "proxy.pem")
        with open(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(certificate + key)
        self.proxy = Proxy(self, place)
        self.authority, self.kubeconfig = authority, os.path.join(folder, "kubeconfig.json")
        with open(os.open(self.kubeconfig, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
            json.dump(kubeconfig(self.proxy.url, authority.pem, self.admin_token), file)
        threading.Thread(target=self.proxy.serve_forever, daemon=True).start()

    def info(self):
        return {"pid": os.getpid(), "uptime_s": round(time.time() - self.started, 1), "endpoint": self.proxy.url,
                "ca": base64.b64encode(self.authority.pem).decode(), "token": self.admin_token, "control": self.control.url,
                "kubeconfig": self.kubeconfig, "foreign": self.foreign}

    def passed_on(self, token):
        """The token as the API server gets it.

        It remembers for ten seconds whom it has let in. After a change in what is taken the token carries a suffix,
        which the review takes off again, so that the API server has to ask anew.
        """
        if not token.startswith(PREFIX) or not self.tokens.generation:
            return token
        try:
            self.tokens.judge(token)
            return f"{token}~{self.tokens.generation}"
        except Rejected:
            return f"{token}~{self.tokens.generation}-rejected"

    def reset(self):
        """As it was when it became ready."""
        if self.store is None:
            raise ValueError("this cluster is not ours to reset")
        self.faults.remove()
        self.faults.latency.clear()
        self.definitions.forget()
        self.tokens.forget()
        self.standin.remove()
        changed = self.store.restore()
        deadline = time.monotonic() + 10
        while self._groups() != self.groups and time.monotonic() < deadline:
            time.sleep(0.02)
        self.log.reset()
        return {"changed": changed}

    def _groups(self):
        return {g["name"] for g in self.api.do("GET", "/apis")["groups"]}

    def stop(self):
        if self.programs:
            self.programs.stop()
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)


def foreign_api(path, folder):
    """The API server of a kubeconfig's current context. Users with a token or a certificate; no programs are run."""
    import yaml     # comes with moto
    with open(path, encoding="utf-8") as file:
        config = yaml.safe_load(file)

    def named(kind, name):
        return next((e[kind] for e in config.get(f"{kind}s") or [] if e["name"] == name), None) or {}

    context = named("context", config.get("current-context"))
    cluster, user = named("cluster", context.get("cluster")), named("user", context.get("user"))
    if not cluster.get("server"):
        raise Failed(f"{path} has no current context with a server")

    def data(of, name):
        if of.get(f"{name}-data"):
            return base64.b64decode(of[f"{name}-data"])
        if of.get(name):
            with open(os.path.join(os.path.dirname(os.path.abspath(path)), of[name]), "rb") as content:
                return content.read()
        return b""

    certificate = None
    if data(user, "client-certificate"):
        certificate = os.path.join(folder, "client.pem")
        with open(os.open(certificate, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
            file.write(data(user, "client-certificate") + b"\n" + data(user, "client-key"))
    elif not user.get("token"):
        raise Failed(f"the user of {path} has neither a token nor a client certificate")
    authority = data(cluster, "certificate-authority").decode() or None
    return Api(cluster["server"], trusting(authority, certificate), user.get("token"))


def main():
    parser = argparse.ArgumentParser(prog="serve", description="a Kubernetes API on loopback, for tests")
    parser.add_argument("--nodes", type=int, default=1, help="how many nodes there seem to be; default %(default)s")
    parser.add_argument("--kubeconfig", help="stand in front of this cluster instead of starting one")
    options = parser.parse_args()
    over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: over.set())
    cluster, code = Cluster(), 0
    try:
        if options.kubeconfig:
            cluster.join(options.kubeconfig)
        else:
            cluster.start(options.nodes)
        print(json.dumps(cluster.info()), flush=True)
        threading.Thread(target=lambda: (sys.stdin.buffer.read(), over.set()), daemon=True).start()
        while not over.wait(1):
            if cluster.programs and (why := cluster.programs.ended()):
                raise Failed(why)
    except (Failed, OSError) as error:
        print(f"cluster: {error}", file=sys.stderr, flush=True)
        code = 1
    finally:
        cluster.stop()
    # Threads that wait for clients have nothing left to do.
    os._exit(code)


if __name__ == "__main__":
    main()
