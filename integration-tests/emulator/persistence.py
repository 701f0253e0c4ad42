"""The emulated accounts in a file: moto's backends and the layer's own stores, pickled together in one go.

Knows nothing about when to save; server.py decides. One pickle keeps the identities between the two (a passage points
at the object it moves). A file of another version of moto or of the layer is refused with a clear message.
"""
import io
import json
import os
import pickle
import tempfile

import moto
from moto.core.base_backend import BackendDict, backend_lock
from moto.core.model_instances import reset_model_data

from . import state
from .core import LOCK

FORMAT = 1
_SKIP = {"instance_metadata", "moto_api"}


class StateFileError(Exception):
    pass


class _Pickler(pickle.Pickler):
    """moto's objects hold a few things that do not pickle and hold no account data: locks, compiled closures."""

    def reducer_override(self, obj):
        name = type(obj).__module__ + "." + type(obj).__qualname__
        if name in ("_thread.lock", "_thread.RLock"):
            return _new_lock, (name.endswith("RLock"),)
        return NotImplemented


def _new_lock(reentrant):
    import threading
    return threading.RLock() if reentrant else threading.Lock()


def dump():
    """Everything as bytes. Called under no lock; takes the layer's."""
    with LOCK:
        backends = {}
        for backend in list(BackendDict._instances):
            if backend.service_name in _SKIP:
                continue
            backends[backend.service_name] = {
                account: dict(regions.items()) for account, regions in dict.items(backend) if regions}
        buffer = io.BytesIO()
        _Pickler(buffer, protocol=4).dump(
            {"backends": backends, "stores": state.STORES, "passages": state.PASSAGES})
        return buffer.getvalue()


def save(path):
    """Write atomically: a reader or a crash sees the old file or the new one."""
    content = dump()
    head = json.dumps({"kiban-emulator": FORMAT, "moto": moto.__version__}).encode() + b"\n"
    folder = os.path.dirname(os.path.abspath(path))
    os.makedirs(folder, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=folder, prefix=os.path.basename(path) + ".")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(head + content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        os.path.exists(temporary) and os.unlink(temporary)
        raise
    return len(content)


def load(path):
    from moto.backends import get_backend
    with open(path, "rb") as file:
        head = file.readline()
        try:
            info = json.loads(head)
        except ValueError:
            raise StateFileError(f"{path} is no saved account of this emulator")
        if info.get("kiban-emulator") != FORMAT or info.get("moto") != moto.__version__:
            raise StateFileError(f"{path} was saved by another version ({head.decode().strip()}); remove it to start anew")
        # A package's services have to be there before their classes are looked up.
        content = pickle.loads(file.read())
    with LOCK:
        reset()
        for service, accounts in content["backends"].items():
            backend = get_backend(service)
            for account, regions in accounts.items():
                for region, instance in regions.items():
                    dict.__setitem__(backend[account], region, instance)
        state.STORES.update(content["stores"])
        state.PASSAGES.extend(content["passages"])


def reset(account=None):
    """Forget one account, or all. The backends are dropped, not reset one by one: the next call makes a new one."""
    with LOCK, backend_lock:
        for backend in list(BackendDict._instances):
            if account is None:
                dict.clear(backend)
            else:
                dict.pop(backend, account, None)
            # S3's bucket names are global to a partition; moto keeps them beside the accounts.
            owners = getattr(backend, "bucket_accounts", None)
            if owners is not None:
                for partition in owners.values() if owners and isinstance(next(iter(owners.values())), dict) else [owners]:
                    for name in [n for n, owner in partition.items() if account in (None, owner)]:
                        del partition[name]
        state.forget(account)
        reset_model_data()
