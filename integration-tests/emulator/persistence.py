"""The emulated accounts in a file: moto's backends and the layer's own stores, pickled together in one go.

Knows nothing about when to save; server.py decides. One pickle keeps the identities between the two (a passage points
at the object it moves). A file of another version of moto or of the layer is refused with a clear message.
"""
import collections
import importlib
import io
import json
import marshal
import os
import pickle
import sys
import tempfile
import threading
import types
import weakref

import moto
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from moto.core.base_backend import BackendDict, backend_lock
from moto.core.model_instances import reset_model_data

from . import state
from .core import LOCK

FORMAT = 1
_SKIP = {"instance_metadata", "moto_api"}


class StateFileError(Exception):
    """The file is none of ours, or of another version."""


def _version():
    return {"kiban-emulator": FORMAT, "moto": moto.__version__, "python": "%d.%d" % sys.version_info[:2]}


class _Pickler(pickle.Pickler):
    """moto's objects hold a few things that do not pickle by themselves: locks, which hold no data, and keys."""

    def reducer_override(self, obj):
        kind = type(obj)
        if kind.__module__ == "_thread" and kind.__qualname__ in ("lock", "RLock"):
            return _new_lock, (kind.__qualname__ == "RLock",)
        if kind is types.FunctionType and "<locals>" in obj.__qualname__:
            cells = tuple(c.cell_contents for c in obj.__closure__ or ())
            return _function, (marshal.dumps(obj.__code__), obj.__module__, obj.__name__, obj.__defaults__, cells)
        if kind is not collections.defaultdict and isinstance(obj, collections.defaultdict):
            return _default_dict, (kind, obj.default_factory), obj.__dict__, None, iter(dict.items(obj))
        if kind is weakref.WeakValueDictionary:
            return weakref.WeakValueDictionary, ()
        if kind.__module__.startswith("cryptography."):
            if hasattr(obj, "private_bytes"):
                return _private_key, (obj.private_bytes(
                    serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),)
            if isinstance(obj, x509.Certificate):
                return _certificate, (obj.public_bytes(serialization.Encoding.DER),)
            if hasattr(obj, "public_bytes"):
                return _public_key, (obj.public_bytes(
                    serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo),)
        return NotImplemented


def _function(code, module, name, defaults, cells):
    """A default factory that moto wrote as a lambda."""
    scope = importlib.import_module(module).__dict__
    return types.FunctionType(marshal.loads(code), scope, name, defaults, tuple(types.CellType(c) for c in cells))


def _default_dict(kind, factory):
    """A subclass of defaultdict, whose own constructor may want more than a factory."""
    made = kind.__new__(kind)
    made.default_factory = factory
    return made


def _private_key(der):
    return serialization.load_der_private_key(der, None)


def _certificate(der):
    return x509.load_der_x509_certificate(der)


def _public_key(der):
    return serialization.load_der_public_key(der)


def _new_lock(reentrant):
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
        everything = {"backends": backends, "stores": state.STORES, "passages": state.PASSAGES}
        try:
            return _pickled(everything)
        except Exception as error:
            # A service nobody here has met may hold what does not pickle: save the others and say so.
            wrong = {service: problem for service, accounts in backends.items() if (problem := _problem(accounts))}
            everything["backends"] = {s: accounts for s, accounts in backends.items() if s not in wrong}
            print(f"emulator: the saved state is without {wrong or error}", file=sys.stderr, flush=True)
            return _pickled(everything)


def _pickled(value):
    buffer = io.BytesIO()
    _Pickler(buffer, protocol=4).dump(value)
    return buffer.getvalue()


def _problem(value):
    try:
        _pickled(value)
    except Exception as error:
        return str(error)
    return None


def save(path):
    """Write atomically: a reader or a crash sees the old file or the new one."""
    content = dump()
    head = json.dumps(_version()).encode() + b"\n"
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
        if info != _version():
            raise StateFileError(f"{path} was saved by another version ({head.decode().strip()}); remove it to start anew")
        try:
            content = pickle.loads(file.read())
        except Exception as error:
            raise StateFileError(f"{path} cannot be read ({type(error).__name__}: {error}); remove it to start anew")
    with LOCK:
        reset()
        for service, accounts in content["backends"].items():
            backend = get_backend(service)
            for account, regions in accounts.items():
                for region, instance in regions.items():
                    dict.__setitem__(backend[account], region, instance)
                    if service == "s3":
                        backend.bucket_accounts.update({name: (region, account) for name in instance.buckets})
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
            # S3's bucket names are global to a partition; moto keeps their owners beside the accounts.
            owners = getattr(backend, "bucket_accounts", {})
            for name in [n for n, (_, owner) in owners.items() if account in (None, owner)]:
                del owners[name]
        state.forget(account)
        reset_model_data()
