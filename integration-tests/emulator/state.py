"""What the layer itself remembers of the emulated accounts, and the states that pass by themselves.

Knows nothing about any one service. `store(account, region, service)` is a dictionary; objects in it are plain and
picklable. A Passage is an object on its way: it shows its transitional state until the delay has passed and two reads
have seen it, as AWS's asynchronous operations do.
"""
import time

STORES = {}     # (account, region) -> {service: {...}}
PASSAGES = []
FINISHERS = {}  # name -> function(passage), what happens at the end; by name, so that a saved account can be loaded
CONFIG = {"delay_ms": 150, "min_polls": 2, "grace_ms": 3000, "iam_delay_ms": 0, "throttle": False,
          "strict_node_entries": False}
KUBERNETES = {}  # account or "*" -> (endpoint, certificate authority) of an API server that runs beside the emulator


def store(account, region, service):
    services = STORES.setdefault((account, region), {})
    if service not in services:
        services[service] = {}
    return services[service]


def table(account, region, service, name):
    return store(account, region, service).setdefault(name, {})


def place_kubernetes(account, endpoint, authority):
    """Let the clusters of an account show an API server that is there; `authority` is PEM in base64."""
    if not endpoint.startswith("https://"):
        raise ValueError(f"the endpoint is no https URL: {endpoint}")
    KUBERNETES[account or "*"] = (endpoint, authority)
    return {"endpoint": endpoint, "account": account}


class Passage:
    """`thing[field]` (or attribute) becomes `final` when its time has come; then the finisher runs."""

    def __init__(self, account, region, service, thing, field, final, finisher=None, delay_ms=None, data=None):
        self.account, self.region, self.service = account, region, service
        self.thing, self.field, self.final, self.finisher, self.data = thing, field, final, finisher, data
        self.due = time.time() + (CONFIG["delay_ms"] if delay_ms is None else delay_ms) / 1000
        self.polls = 0

    @property
    def ready(self):
        now = time.time()
        return (now >= self.due and self.polls >= CONFIG["min_polls"]) or now >= self.due + CONFIG["grace_ms"] / 1000


def finisher(name):
    def mark(function):
        FINISHERS[name] = function
        return function
    return mark


def start(call, thing, field, transitional, final, finisher=None, data=None):
    """Put `thing` into its transitional state and let it pass to `final`."""
    drop_passages(thing)
    put(thing, field, transitional)
    delay = call.effects.get("delay_ms")
    PASSAGES.append(Passage(call.account, call.region, call.service, thing, field, final, finisher, delay, data))


def put(thing, field, value):
    if isinstance(thing, dict):
        thing[field] = value
    else:
        setattr(thing, field, value)


def drop_passages(thing):
    PASSAGES[:] = [p for p in PASSAGES if p.thing is not thing]


def seen(things):
    """A read showed these objects: one poll more for those on their way."""
    if PASSAGES:
        ids = {id(t) for t in things}
        for passage in PASSAGES:
            if id(passage.thing) in ids:
                passage.polls += 1


def settle(account):
    """Finish what is due in the account; called before each of its calls."""
    if not PASSAGES:
        return
    for passage in [p for p in PASSAGES if p.account == account and p.ready]:
        if passage in PASSAGES:
            PASSAGES.remove(passage)
            if passage.field is not None:
                put(passage.thing, passage.field, passage.final)
            if passage.finisher:
                FINISHERS[passage.finisher](passage)


def passing(thing):
    return any(p.thing is thing for p in PASSAGES)


def forget(account=None):
    if account is None:
        STORES.clear()
        PASSAGES.clear()
        KUBERNETES.clear()
    else:
        KUBERNETES.pop(account, None)
        for key in [k for k in STORES if k[0] == account]:
            del STORES[key]
        PASSAGES[:] = [p for p in PASSAGES if p.account != account]
