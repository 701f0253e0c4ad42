"""SSM public parameters of the EKS-optimised images.

https://docs.aws.amazon.com/eks/latest/userguide/retrieve-ami-id.html
"""
import datetime
import json
import re

from .core import AwsError, after, before
from .eks_catalog import VERSIONS, image_id, image_name, release_version

PREFIX = "/aws/service/eks/optimized-ami/"
NAME = re.compile(re.escape(PREFIX) + r"(?P<version>[\d.]+)/(?:amazon-linux-2023/(?P<arch>x86_64|arm64)/(?P<variant>standard|nvidia|neuron)"
                  r"|(?P<al2>amazon-linux-2(?:-arm64|-gpu)?))/recommended(?P<field>/image_id|/image_name|/release_version)?$")
BOTTLEROCKET = re.compile(r"/aws/service/bottlerocket/aws-k8s-(?P<version>[\d.]+)/(?P<arch>x86_64|arm64)/latest/image_id$")


def public_parameter(call, name):
    found = NAME.match(name) or BOTTLEROCKET.match(name)
    if not found or found["version"] not in VERSIONS:
        return None
    parts = found.groupdict()
    version, arch = parts["version"], parts["arch"] or ("arm64" if "arm64" in (parts.get("al2") or "") else "x86_64")
    variant = parts.get("variant") or ("standard" if "field" in parts else "bottlerocket")
    values = {"/image_id": image_id(call.region, version, arch, variant), "/image_name": image_name(version, arch, variant),
              "/release_version": release_version(version)}
    field = parts.get("field", "/image_id")
    value = values[field] if field else json.dumps({
        "schema_version": "2.0", "image_id": values["/image_id"], "image_name": values["/image_name"],
        "release_version": values["/release_version"]})
    return {"Name": name, "Type": "String", "Value": value, "Version": 1, "DataType": "text",
            "LastModifiedDate": datetime.datetime(2025, 11, 12, tzinfo=datetime.timezone.utc),
            "ARN": f"arn:aws:ssm:{call.region}::parameter{name}"}


@before("ssm.GetParameter")
def get_parameter(call):
    found = public_parameter(call, call.params["Name"])
    if found is not None:
        return {"Parameter": found}
    if call.params["Name"].startswith(PREFIX):
        raise AwsError("ParameterNotFound", f"Parameter {call.params['Name']} not found.")


@after("ssm.GetParameters")
def get_parameters(call, result):
    found = [public_parameter(call, n) for n in call.params["Names"]]
    found = [f for f in found if f is not None]
    names = {f["Name"] for f in found}
    result["Parameters"] = list(result.get("Parameters") or []) + found
    result["InvalidParameters"] = [n for n in result.get("InvalidParameters") or [] if n not in names]


@before("ssm.GetParametersByPath")
def get_parameters_by_path(call):
    path = call.params["Path"].rstrip("/")
    found = [public_parameter(call, f"{path}/{leaf}") for leaf in ("image_id", "image_name", "release_version")]
    if path.startswith(PREFIX) and any(found):
        return {"Parameters": [f for f in found if f]}
