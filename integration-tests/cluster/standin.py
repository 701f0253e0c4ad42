"""Scheduler and kubelet in one, without containers: pods get a node, and the status they would have if they ran.

By default every container starts at once and is ready; those of a Job end well. A rule says what goes another way.
https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/
"""
import datetime
import itertools
import threading
import time
import traceback
import uuid

from . import api as client
from .tokens import matches

MODES = {"ready", "pending", "crash", "fail", "unschedulable"}
_ids = itertools.count(1)


class Rule:
    """What happens to the pods that match: {"match": {"namespace", "name"}, "mode", "reason", "message", "delay_ms", "linger"}."""

    def __init__(self, spec):
        self.match = dict(spec.get("match", {}))
        if unknown := set(self.match) - {"namespace", "name"}:
            raise ValueError(f"match knows no {sorted(unknown)}")
        self.mode = spec.get("mode", "ready")
        if self.mode not in MODES:
            raise ValueError(f"mode must be one of {sorted(MODES)}, not {self.mode!r}")
        self.id, self.spec = next(_ids), spec
        self.delay, self.linger = float(spec.get("delay_ms", 0)) / 1000, bool(spec.get("linger", False))
        self.reason = spec.get("reason")
        self.message = spec.get("message")

    def takes(self, pod):
        return all(matches(pod["metadata"].get(k), v) for k, v in self.match.items())

    def json(self):
        return {"id": self.id, **self.spec}


class Standin:
    def __init__(self, api, nodes):
        self.api = api
        self.nodes = [f"node-{i + 1}" for i in range(nodes)]
        self.rules, self.pods, self.marks, self.addresses = [], {}, {}, {}
        self.wake, self.lock = threading.Event(), threading.Lock()
        self.next_address, self.next_node = itertools.count(2), itertools.cycle(self.nodes)

    def start(self):
        for number, name in enumerate(self.nodes):
            self._register(name, number)
        for work in (self._follow, self._work):
            threading.Thread(target=work, daemon=True).start()

    # -- knobs
    def add(self, specs):
        rules = [Rule(s) for s in specs]
        with self.lock:
            self.rules = rules + self.rules     # the latest counts
        self.wake.set()
        return [r.id for r in rules]

    def remove(self, ids=None):
        """Removes rules; the pods they were for go on as if there had been none."""
        with self.lock:
            self.rules = [r for r in self.rules if ids is not None and r.id not in ids]
        self.wake.set()

    # -- nodes
    def _register(self, name, number):
        node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "labels": {
            "kubernetes.io/hostname": name, "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64"}}}
        try:
            self.api.do("POST", "/api/v1/nodes", node)
        except client.Refused as refused:
            if refused.status != 409:
                raise
        room = {"cpu": "64", "memory": "256Gi", "pods": "1000", "ephemeral-storage": "500Gi"}
        self.api.do("PATCH", f"/api/v1/nodes/{name}/status", {"status": {
            "capacity": room, "allocatable": room,
            "conditions": [_condition("Ready", True, reason="KubeletReady", message="stand-in for a kubelet")],
            "addresses": [{"type": "InternalIP", "address": f"10.0.1.{number + 1}"}, {"type": "Hostname", "address": name}],
            "nodeInfo": {"architecture": "amd64", "operatingSystem": "linux", "kubeletVersion": "v1.20.2", "bootID": "",
                         "containerRuntimeVersion": "none://0", "kernelVersion": "0", "kubeProxyVersion": "v1.20.2",
                         "machineID": "", "osImage": "none", "systemUUID": ""}}}, client.CONTENT["merge"])

    # -- pods
    def _follow(self):
        while True:
            try:
                listed = self.api.do("GET", "/api/v1/pods")
                with self.lock:
                    self.pods = {p["metadata"]["uid"]: p for p in listed["items"]}
                self.wake.set()
                for event in self.api.watch("/api/v1/pods", listed["metadata"]["resourceVersion"]):
                    if event["type"] == "ERROR":
                        break
                    pod = event["object"]
                    with self.lock:
                        if event["type"] == "DELETED":
                            self.pods.pop(pod["metadata"]["uid"], None)
                        else:
                            self.pods[pod["metadata"]["uid"]] = pod
                    self.wake.set()
            except Exception:
                time.sleep(0.2)     # the API server is not there (yet, or any more)

    def _work(self):
        while True:
            self.wake.wait(0.1)
            self.wake.clear()
            with self.lock:
                pods = list(self.pods.values())
                for table in (self.marks, self.addresses):
                    for uid in [u for u in table if u not in self.pods]:
                        del table[uid]
            for pod in pods:
                try:
                    self._tend(pod)
                except client.Refused as refused:
                    if refused.status not in (404, 409):
                        traceback.print_exc()
                except OSError:
                    pass
                except Exception:
                    traceback.print_exc()

    def _tend(self, pod):
        """Takes a pod one step further, if it has one to take."""
        meta, spec = pod["metadata"], pod["spec"]
        rule = next((r for r in self.rules if r.takes(pod)), None)
        place = f"/api/v1/namespaces/{meta['namespace']}/pods/{meta['name']}"
        if meta.get("deletionTimestamp"):
            if not (rule and rule.linger):
                self.api.do("DELETE", place, {"gracePeriodSeconds": 0, "preconditions": {"uid": meta["uid"]}})
            return
        if pod.get("status", {}).get("phase") in ("Succeeded", "Failed"):
            return
        mode = rule.mode if rule else "ready"
        if not spec.get("nodeName"):
            if mode == "unschedulable":
                message = rule.message or f"0/{len(self.nodes)} nodes are available: {len(self.nodes)} Insufficient cpu."
                if self._once(pod, mode, message):
                    self._patch(place, {"conditions": [_condition("PodScheduled", False, rule.reason or "Unschedulable", message)]})
                    self._event(pod, "FailedScheduling", message, "default-scheduler")
            elif self._once(pod, "bound"):
                self.api.do("POST", f"{place}/binding", {
                    "apiVersion": "v1", "kind": "Binding", "metadata": {"name": meta["name"], "uid": meta["uid"]},
                    "target": {"apiVersion": "v1", "kind": "Node", "name": self._node_for(pod)}})
            return
        if mode == "unschedulable":
            return      # too late for it
        if rule and rule.delay and time.time() < _seconds(meta["creationTimestamp"]) + rule.delay:
            mode = "pending"
        ends = spec.get("restartPolicy", "Always") != "Always"
        if mode == "ready" and not ends:
            if self._once(pod, mode):
                self._patch(place, self._status(pod, "Running", _running, True))
        elif mode in ("ready", "fail"):
            code = 1 if mode == "fail" else 0
            if self._once(pod, mode):
                self._patch(place, self._status(pod, "Failed" if code else "Succeeded", _ended(code, rule), False))
                if code and rule.message:
                    self._event(pod, rule.reason or "Failed", rule.message)
        elif mode == "pending":
            reason = (rule.reason if rule.mode == mode else None) or "ContainerCreating"
            if self._once(pod, mode, reason, rule.message):
                self._patch(place, self._status(pod, "Pending", _waiting(reason, rule.message), False))
                if rule.message:
                    self._event(pod, "Failed", rule.message)
        elif mode == "crash":
            message = rule.message or "back-off 10s restarting failed container"
            if self._once(pod, mode, message):
                self._patch(place, self._status(pod, "Running", _crashing(rule.reason or "CrashLoopBackOff", message), False))
                self._event(pod, "BackOff", message)

    def _once(self, pod, *mark):
        """Whether the pod is not there yet: what has been done is not done again until something else was."""
        uid = pod["metadata"]["uid"]
        if self.marks.get(uid) == mark:
            return False
        self.marks[uid] = mark
        return True

    def _node_for(self, pod):
        """The node that a DaemonSet wants its pod on, else one after the other."""
        affinity = pod["spec"].get("affinity", {}).get("nodeAffinity", {})
        required = affinity.get("requiredDuringSchedulingIgnoredDuringExecution", {})
        for term in required.get("nodeSelectorTerms", []):
            for field in term.get("matchFields", []):
                if field["key"] == "metadata.name":
                    return field["values"][0]
        return next(self.next_node)

    def _patch(self, place, status):
        self.api.do("PATCH", f"{place}/status", {"status": status}, client.CONTENT["merge"])

    def _status(self, pod, phase, state_of, ready):
        uid, spec = pod["metadata"]["uid"], pod["spec"]
        if uid not in self.addresses:
            number = next(self.next_address)
            self.addresses[uid] = f"10.244.{number // 250 % 250}.{number % 250 + 1}"
        done = phase == "Succeeded"
        started = phase != "Pending"
        reason = None if ready else "PodCompleted" if done else "ContainersNotReady"
        message = None if ready or done else f"containers with unready status: {[c['name'] for c in spec['containers']]}"
        conditions = [_condition("Initialized", True), _condition("Ready", ready, reason, message),
                      _condition("ContainersReady", ready, reason, message), _condition("PodScheduled", True)]
        one = self.addresses[uid]
        return {"phase": phase, "conditions": conditions, "hostIP": "10.0.1.1", "startTime": _now(),
                "podIP": one if started else None, "podIPs": [{"ip": one}] if started else None,
                "containerStatuses": [_container(c, state_of(), ready, started) for c in spec["containers"]],
                "initContainerStatuses": [_container(c, _ended(0, None)(), True, started)
                                          for c in spec.get("initContainers", [])]}

    def _event(self, pod, reason, message, component="kubelet"):
        meta = pod["metadata"]
        self.api.do("POST", f"/api/v1/namespaces/{meta['namespace']}/events", {
            "apiVersion": "v1", "kind": "Event", "type": "Warning", "reason": reason, "message": message, "count": 1,
            "metadata": {"name": f"{meta['name']}.{uuid.uuid4().hex[:16]}", "namespace": meta["namespace"]},
            "involvedObject": {"apiVersion": "v1", "kind": "Pod", "name": meta["name"], "namespace": meta["namespace"],
                               "uid": meta["uid"]},
            "source": {"component": component}, "firstTimestamp": _now(), "lastTimestamp": _now()})


# ---------------------------------------------------------------- what a status is made of

def _now():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def _seconds(text):
    return datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=datetime.timezone.utc).timestamp()


def _condition(kind, met, reason=None, message=None):
    condition = {"type": kind, "status": "True" if met else "False", "lastTransitionTime": _now()}
    if reason:
        condition["reason"] = reason
    if message:
        condition["message"] = message
    return condition


def _container(spec, state, ready, started):
    last = state.pop("last", {})
    return {"name": spec["name"], "image": spec["image"], "imageID": f"stand-in://{spec['image']}" if started else "",
            "ready": ready, "started": ready, "restartCount": 1 if last else 0, "state": state, "lastState": last}


def _running():
    return {"running": {"startedAt": _now()}}


def _waiting(reason, message):
    return lambda: {"waiting": {"reason": reason, **({"message": message} if message else {})}}


def _ended(code, rule):
    ended = {"exitCode": code, "reason": "Error" if code else "Completed", "startedAt": _now(), "finishedAt": _now()}
    if code and rule and rule.message:
        ended["message"] = rule.message
    return lambda: {"terminated": dict(ended)}


def _crashing(reason, message):
    return lambda: {**_waiting(reason, message)(), "last": _ended(1, None)()}
