"""RPC v2 CBOR, which moto does not speak: a call is put to it in JSON, and the answer is written in CBOR.

https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html
"""
import io
import json
import re

from botocore.parsers import RpcV2CBORParser
from botocore.serialize import RpcV2CBORSerializer

NAME = "rpc-v2-cbor"
MODEL_NAME = "smithy-rpc-v2-cbor"
_PATH = re.compile(r"/service/(\w+)/operation/(\w+)$")


def read(call):
    """Turn a call in CBOR into the same in JSON; whether it was one."""
    found = _PATH.search(call.path)
    if call.environ.get("HTTP_SMITHY_PROTOCOL") != NAME or not found:
        return False
    parser = RpcV2CBORParser()
    value = parser.parse_data_item(parser.get_peekable_stream_from_bytes(call.body)) if call.body else {}
    call.body = json.dumps(value).encode()
    call.environ |= {"CONTENT_TYPE": "application/x-amz-json-1.0", "CONTENT_LENGTH": str(len(call.body)), "PATH_INFO": "/",
                     "RAW_URI": "/", "REQUEST_URI": "/", "HTTP_X_AMZ_TARGET": ".".join(found.groups())}
    call.environ["wsgi.input"] = io.BytesIO(call.body)
    call.path = "/"
    return True


def write(call, answer):
    """An answer in JSON as one in CBOR."""
    status, headers, body = answer
    value, out = json.loads(body or b"{}"), bytearray()
    serializer = RpcV2CBORSerializer()
    if status < 300:
        shape = call.model.operation_model(call.action).output_shape
        if shape is not None:
            serializer._serialize_data_item(out, {k: v for k, v in value.items() if v is not None}, shape)
    else:
        texts = {k: str(v) for k, v in value.items()}
        out += bytes([0xBF]) + b"".join(_text(t) for pair in texts.items() for t in pair) + bytes([0xFF])
    kept = {k: v for k, v in headers.items() if k.lower() not in ("content-type", "content-length")}
    return status, kept | {"Content-Type": "application/cbor", "smithy-protocol": NAME}, bytes(out)


def _text(text):
    data = text.encode()
    return bytes([0x79]) + len(data).to_bytes(2, "big") + data
