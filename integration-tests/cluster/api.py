"""A client of the API server for the parts of this program: as its administrator, past the proxy."""
import http.client
import json
import ssl
import threading
from urllib.parse import urlsplit

CONTENT = {"apply": "application/apply-patch+yaml", "merge": "application/merge-patch+json",
           "json": "application/json-patch+json", "strategic": "application/strategic-merge-patch+json"}


class Refused(Exception):
    """An answer of 400 or above."""

    def __init__(self, status, answer):
        super().__init__(f"{status}: {answer.get('message', answer) if isinstance(answer, dict) else answer}")
        self.status, self.answer = status, answer


class Api:
    """Where the API server is, and who may do everything there."""

    def __init__(self, url, tls, token=None):
        parts = urlsplit(url)
        self.url, self.tls, self.token = url, tls, token
        self.host, self.port, self.prefix = parts.hostname, parts.port or 443, parts.path.rstrip("/")
        self._local = threading.local()

    def connect(self, timeout=None):
        return http.client.HTTPSConnection(self.host, self.port, timeout=timeout, context=self.tls)

    def headers(self):
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    def ask(self, method, path, body=None, content="application/json"):
        """(status, answer): JSON where it is some, else text."""
        data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {**self.headers(), "Accept": "application/json", "User-Agent": "kiban-cluster"}
        if data is not None:
            headers["Content-Type"] = content
        for fresh in (False, True):
            connection = None if fresh else getattr(self._local, "connection", None)
            if connection is None:
                connection = self._local.connection = self.connect(timeout=60)
            try:
                connection.request(method, self.prefix + path, data, headers)
                response = connection.getresponse()
                raw = response.read()
                break
            except (OSError, http.client.HTTPException):
                connection.close()
                self._local.connection = None
                if fresh:
                    raise
        try:
            return response.status, json.loads(raw)
        except ValueError:
            return response.status, raw.decode("utf-8", "replace")

    def do(self, method, path, body=None, content="application/json"):
        status, answer = self.ask(method, path, body, content)
        if status >= 400:
            raise Refused(status, answer)
        return answer

    def watch(self, path, version):
        """Events from a version on, until the server ends it."""
        connection = self.connect(timeout=360)
        try:
            connection.request("GET", f"{self.prefix}{path}?watch=true&resourceVersion={version}&timeoutSeconds=300",
                               headers=self.headers())
            response = connection.getresponse()
            if response.status >= 400:
                raise Refused(response.status, response.read().decode("utf-8", "replace"))
            for line in response:
                yield json.loads(line)
        finally:
            connection.close()


def trusting(authority=None, certificate=None):
    """TLS that trusts one authority (PEM text) and may show a client certificate (a file)."""
    context = ssl.create_default_context(cadata=authority)
    # Authorities of clusters often lack what a strict check wants.
    context.verify_flags &= ~getattr(ssl, "VERIFY_X509_STRICT", 0)
    if certificate:
        context.load_cert_chain(certificate)
    return context
