"""Custom resource definitions that take their time: not established for some seconds after they were made.

The API server establishes one within milliseconds. Until the time is up a definition is shown without its conditions,
and its own API is not there, as with an API server that is busy.
https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/
"""
import json
import re
import threading
import time

from .faults import Answer
from .tokens import matches

PATH = re.compile(r"/apis/apiextensions\.k8s\.io/[^/]+/customresourcedefinitions(?:/([^/]+))?(?:/status)?$")
CUSTOM = re.compile(r"/apis/([^/]+\.[^/]+)/[^/]+/(?:namespaces/[^/]+/)?([^/]+)")


class Definitions:
    def __init__(self):
        self.lock = threading.Lock()
        self.rules = []     # (glob of the name, seconds)
        self.since = {}     # name -> when it was first shown

    def slow(self, name, seconds):
        with self.lock:
            self.rules.append((name, seconds))

    def forget(self):
        with self.lock:
            self.rules.clear()
            self.since.clear()

    def concerns(self, call):
        return bool(self.rules) and PATH.match(call.path) is not None

    def waiting(self, name):
        """Seconds until it may show that it is established."""
        seconds = next((s for pattern, s in self.rules if matches(name, pattern)), 0)
        if not seconds:
            return 0
        with self.lock:
            since = self.since.setdefault(name, time.monotonic())
        return max(0.0, since + seconds - time.monotonic())

    def refusal(self, call):
        """An Answer for requests to the API of a definition that is not established."""
        custom = CUSTOM.match(call.path) if self.rules else None
        name = custom and f"{custom.group(2)}.{custom.group(1)}"
        if name in self.since and self.waiting(name) > 0:
            return Answer(404, {"Content-Type": "text/plain; charset=utf-8"}, b"404 page not found\n")
        return None

    def shown(self, call, status, body):
        if status >= 300 or not self.concerns(call):
            return body
        try:
            value = json.loads(body)
        except ValueError:
            return body
        if call.method == "DELETE":
            with self.lock:
                self.since.pop(PATH.match(call.path).group(1), None)
            return body
        for definition in value.get("items", [value]):
            if self.waiting(definition.get("metadata", {}).get("name")) > 0:
                definition.get("status", {})["conditions"] = []
        return json.dumps(value).encode()

    def stream(self, call, response):
        """The parts of a stream as they come; an event of a definition that has to wait comes when it may."""
        if not self.concerns(call):
            while part := response.read1(65536):
                yield part
            return
        for line in response:
            try:
                definition = json.loads(line).get("object", {})
            except ValueError:
                definition = {}
            if definition.get("status", {}).get("conditions"):
                time.sleep(self.waiting(definition.get("metadata", {}).get("name")))
            yield line
