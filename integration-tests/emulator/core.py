"""The vocabulary of the layer: a call, an error, the registries of rules, and how a call is carried out.

A rule is one function registered for an operation:
  @operation("eks.CreateCluster")  answers in moto's stead: `rule(call) -> dict | None`, serialised by the AWS model;
  @before("ec2.DeleteVpc")         looks first: it may raise an AwsError, or return a dict to answer at once;
  @after("ec2.CreateVpc")          sees moto's result (a dict of values or moto objects) and may change or replace it.
Every rule runs under LOCK: moto's backends are plain dictionaries and were never meant for threads.
"""
import base64
import datetime
import functools
import importlib
import inspect
import io
import json
import sys
import threading
import traceback
import uuid

from botocore.model import OperationNotFoundError
from moto.core import responses as moto_responses
from moto.core.exceptions import ServiceException
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request, determine_request_protocol
from moto.core.responses import ActionResult, BaseResponse
from moto.core.routing import get_service_router
from moto.core.serialize import SerializationContext, XFormedAttributePicker, get_serializer_class, return_if_not_empty
from moto.core.utils import get_service_model
from moto.core.model import OperationModel

from . import cbor

LOCK = threading.RLock()
OPERATIONS, BEFORE, AFTER = {}, {}, {}
OBJECTS = set()  # operations whose answers hold moto's objects, which are written by their attributes
CURRENT = threading.local()

# Services whose name in a signature is not the one of their model.
MODEL_OF = {"elasticfilesystem": "efs", "monitoring": "cloudwatch", "email": "ses"}
PLAIN_READS = ("Describe", "List", "Get", "Head", "BatchGet", "Simulate", "Lookup", "Search", "Select", "Test")
# STS hands out credentials and changes nothing in the account.
READS = {"sts.AssumeRole", "sts.AssumeRoleWithWebIdentity", "kms.Decrypt", "kms.Encrypt", "kms.GenerateDataKey"}


class AwsError(ServiceException):
    """An error as AWS answers it. `status` overrides the HTTP status of the service's model."""

    def __init__(self, code, message, status=None, **fields):
        super().__init__(code, message)
        self.status = status
        for name, value in fields.items():
            setattr(self, name, value)


class WsgiRequest(Request):
    from_wsgi_server = True


def operation(*names):
    return _register(OPERATIONS, names, many=False)


def before(*names):
    return _register(BEFORE, names, many=True)


def after(*names):
    return _register(AFTER, names, many=True)


def _register(table, names, many):
    def mark(rule):
        for name in names:
            if many:
                table.setdefault(name, []).append(rule)
            else:
                table[name] = rule
        return rule
    return mark


class Call:
    """One AWS call: who calls what, where, with which parameters."""

    def __init__(self, environ, body):
        self.environ, self.body = environ, body
        self.method, self.path = environ["REQUEST_METHOD"], environ.get("PATH_INFO", "/")
        self.service, self.region, self.access_key = _scope(environ)
        if self.service == "elasticloadbalancing":
            # Both generations sign with this name, and tell their version.
            self.service = "elb" if b"Version=2012-06-01" in body else "elbv2"
        self.account = None
        self.action, self.url_params = None, {}
        self.fault = None  # the kind of fault that a rule put on this call
        self.effects = {}  # what a fault rule asks of the service, e.g. {"creation": {...}}
        self._params = self._request = None
        self.in_cbor = cbor.read(self)

    @property
    def name(self):
        return f"{self.service}.{self.action}"

    @property
    def mutating(self):
        return not (str(self.action).startswith(PLAIN_READS) or self.name in READS)

    @property
    def model(self):
        return get_service_model(self.service)

    @property
    def request(self):
        if self._request is None:
            self.environ["wsgi.input"] = io.BytesIO(self.body)
            self._request = WsgiRequest(self.environ)
        return self._request

    @property
    def protocol(self):
        try:
            return determine_request_protocol(self.model, self.environ.get("CONTENT_TYPE"))
        except NotImplementedError:
            return self.model.protocol

    @property
    def params(self):
        """The parameters by their names in the AWS model, with their types."""
        if self._params is None:
            request = self.request
            parser = PROTOCOL_PARSERS[self.protocol](self.model.operation_model(self.action))
            self._params = parser.parse({
                "method": self.method, "values": request.values, "headers": request.headers, "body": self.body,
                "url_path": request.path, "url_params": self.url_params})
        return self._params


def _scope(environ):
    """Service, region and access key of the Signature V4 credential scope.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
    """
    auth = environ.get("HTTP_AUTHORIZATION", "")
    start = auth.find("Credential=")
    if start >= 0:
        parts = auth[start + 11:].split(",", 1)[0].strip().split("/")
    else:
        query = environ.get("QUERY_STRING", "")
        at = query.find("X-Amz-Credential=")
        parts = query[at + 17:].split("&", 1)[0].replace("%2F", "/").split("/") if at >= 0 else []
    if len(parts) < 5:
        return None, "us-east-1", ""
    return MODEL_OF.get(parts[-2].lower(), parts[-2].lower()), parts[-3], "/".join(parts[:-4])


def identify(call):
    """Name the call's action; an unknown one raises AWS's own error for it."""
    if call.service is None:
        # Unsigned calls: only STS takes them (AssumeRoleWithWebIdentity); the rest is anonymous S3.
        call.service = "sts" if b"Action=AssumeRole" in call.body else "s3"
    try:
        model = call.model
    except Exception:
        call.action = call.action or "Unknown"
        raise AwsError("UnrecognizedClientException", f"no such service: {call.service}", status=400)
    target = call.environ.get("HTTP_X_AMZ_TARGET")
    # Of the protocols of CloudWatch its clients choose one by age.
    protocol = call.protocol if model.protocol == cbor.MODEL_NAME else model.protocol
    if protocol == "json" and target:
        call.action = target.rsplit(".", 1)[-1]
    elif protocol in ("query", "ec2"):
        call.action = call.request.values.get("Action") or "Unknown"
    else:
        try:
            # The first match of a router builds it, and two at a time build it wrong.
            with LOCK:
                found, call.url_params = get_service_router(call.service)._get_router(call.protocol).match(call.request)
            call.action = found.name
        except Exception:
            call.action = f"{call.method} {call.path}"
            raise AwsError("UnknownOperationException", f"no operation at {call.action}", status=404)
    try:
        model.operation_model(call.action)
    except OperationNotFoundError:
        if protocol in ("query", "ec2"):
            raise AwsError("InvalidAction", f"The action {call.action} is not valid for this web service.")
        raise AwsError("UnknownOperationException", f"no operation {call.action}")


def execute(call):
    """Carry the call out under the rules; the answer as (status, headers, body)."""
    with LOCK:
        CURRENT.call = call
        try:
            for rule in BEFORE.get("*", ()):
                if (answer := rule(call)) is not None:
                    return answer
            for rule in BEFORE.get(call.name, ()):
                if (answer := rule(call)) is not None:
                    return serialise(call, answer)
            rule = OPERATIONS.get(call.name)
            if rule is not None:
                result = rule(call)
                for hook in AFTER.get(call.name, ()):
                    hook(call, result)
                answer = serialise(call, result)
            else:
                answer = _ask_moto(call)
            for rule in AFTER.get("*", ()):
                answer = rule(call, answer) or answer
            return answer
        except ServiceException as error:
            return refuse(call, error)
        except NotImplementedError as error:
            if call.service == "ec2" and str(error).startswith("The filter '"):
                # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html (InvalidParameterValue)
                return refuse(call, AwsError("InvalidParameterValue", str(error).partition(" for ")[0] + " is invalid"))
            return refuse(call, AwsError("NotImplemented", f"{call.name} is not emulated: {error}", status=501))
        except Exception as error:
            traceback.print_exc(file=sys.stderr)
            return refuse(call, AwsError("InternalFailure", f"{call.name}: {type(error).__name__}: {error}", status=500))
        finally:
            CURRENT.call = None


# Lists that AWS leaves out where they are empty, by the end of their path.
WHERE_EMPTY = {"Instances.Instance.Tags": return_if_not_empty, "NetworkInterface.Association": return_if_not_empty}


def serialise(call, result):
    """A result as the service's protocol writes it."""
    request_id = str(uuid.uuid4())
    protocol = call.protocol
    serializer = get_serializer_class(call.service, protocol)(
        operation_model=call.model.operation_model(call.action), context=SerializationContext(request_id),
        value_picker=XFormedAttributePicker(response_transformers=WHERE_EMPTY) if call.name in OBJECTS else None)
    done = serializer.serialize(result or {})
    return _finish(call, done["status_code"], done["headers"], done["body"], request_id)


def refuse(call, error):
    """An error in the shape of the service's protocol, whatever went wrong."""
    request_id = str(uuid.uuid4())
    try:
        model = call.model
        try:
            operation_model = model.operation_model(call.action)
        except OperationNotFoundError:
            operation_model = OperationModel({"name": "Unknown"}, model)
        protocol = call.protocol
        serializer = get_serializer_class(call.service, protocol)(
            operation_model=operation_model, context=SerializationContext(request_id))
        done = serializer.serialize(error)
        status, headers, body = done["status_code"], done["headers"], done["body"]
    except Exception:
        status, headers = 400, {"Content-Type": "application/json"}
        body = json.dumps({"__type": error.code, "message": error.message})
    return _finish(call, getattr(error, "status", None) or status, headers, body, request_id)


def _finish(call, status, headers, body, request_id):
    headers = {k: str(v) for k, v in headers.items()}
    headers["x-amzn-RequestId"] = request_id
    return status, headers, body.encode() if isinstance(body, str) else body


# ---------------------------------------------------------------- moto

@functools.lru_cache(maxsize=None)
def _moto_handler(service):
    """moto's dispatcher of a service where all its paths share one, else None (then its Flask app routes)."""
    from moto.backends import get_backend
    get_backend(service)
    handlers = list(importlib.import_module(f"moto.{service}.urls").url_paths.values())
    if all(getattr(h, "__name__", "") == "dispatch" for h in handlers) and len({h.__self__ for h in handlers}) == 1:
        return handlers[0]
    return None


@functools.lru_cache(maxsize=None)
def _flask_app(service):
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
    return DomainDispatcherApplication(create_backend_app)


def _ask_moto(call):
    try:
        handler = _moto_handler(call.service)
    except Exception:
        handler = None
    environ = call.environ
    environ["HTTP_X_MOTO_ACCOUNT_ID"] = call.account
    if handler is None:
        environ["wsgi.input"] = io.BytesIO(call.body)
        seen = {}

        def start(status, headers, exc_info=None):
            seen["status"], seen["headers"] = int(status.split()[0]), dict(headers)
        chunks = _flask_app("all")(environ, start)
        body = b"".join(chunks)
        status, headers = seen["status"], seen["headers"]
        if body[:9].lower() == b"<!doctype" and status >= 400:
            raise NotImplementedError(call.action)
    else:
        request = call.request
        status, headers, body = handler(request, request.raw_url, request.headers)
        headers = {k: str(v) for k, v in headers.items() if k.lower() not in ("status", "date")}
        body = body.encode() if isinstance(body, str) else body
    if status < 300 and call.name in AFTER and call.model.protocol in ("json", "rest-json") and not call.effects.get("seen"):
        result = json.loads(body or b"{}")
        for hook in AFTER[call.name]:
            hook(call, result)
        body = json.dumps(result).encode()
        headers.pop("Content-Length", None)
    return status, headers, body


_serialized = BaseResponse.serialized


def _hooked(self, action_result):
    """Services that answer with values, not text, show them to the @after rules before they are written."""
    call = getattr(CURRENT, "call", None)
    if call is not None and not isinstance(action_result.result, Exception):
        for hook in AFTER.get(call.name, ()):
            replaced = hook(call, action_result.result)
            if replaced is not None:
                action_result = ActionResult(replaced)
        call.effects["seen"] = True
        for hook in AFTER.get("result", ()):
            hook(call, action_result.result)
    return _serialized(self, action_result)


BaseResponse.serialized = _hooked


@functools.lru_cache(maxsize=None)
def _method_names(cls):
    # moto inspects the whole class for each call; EC2 has 700 methods.
    return frozenset(name for name, _ in inspect.getmembers(cls, predicate=inspect.isfunction))


moto_responses.method_names_from_class = _method_names


# ---------------------------------------------------------------- what answers are made of

def now():
    return datetime.datetime.now(datetime.timezone.utc)


def hex_id(prefix, length=17):
    return prefix + uuid.uuid4().hex[:length]


def page(items, size, token, wrong=None):
    """One page of a list and the token of the next; the token is the position."""
    start = 0
    if token:
        try:
            start = int(base64.b64decode(token.encode()).decode().partition(":")[2])
        except ValueError:
            raise wrong or AwsError("InvalidParameterException", "The nextToken provided is invalid")
    end = len(items) if not size else start + int(size)
    following = base64.b64encode(f"p:{end}".encode()).decode() if end < len(items) else None
    return items[start:end], following
