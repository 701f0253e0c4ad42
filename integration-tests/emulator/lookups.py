"""What one service asks of another in the same account: does this role, subnet, security group, template exist?

Knows nothing about errors: it answers None, and the caller refuses in its own service's words.
"""
import time

from moto.ec2.models import ec2_backends
from moto.iam.models import iam_backends

from . import state


def ec2(call):
    return ec2_backends[call.account][call.region]


def iam(call):
    return iam_backends[call.account]["aws"]


def role(call, arn):
    """The IAM role of an ARN, if it is there and its creation has spread as far as other services."""
    parts = arn.split(":", 5)
    if len(parts) < 6 or parts[2] != "iam" or parts[4] != call.account or not parts[5].startswith("role/"):
        return None
    for found in list(iam(call).roles.values()):
        if found.arn == arn:
            return None if spreading(call, found.name) else found
    return None


def spreading(call, role_name):
    """Whether the role is so new that other services do not see it yet (iam_eventual, or iam_delay_ms)."""
    until = state.table(call.account, "aws", "iam", "visible_at").get(role_name)
    return until is not None and time.time() < until


def subnet(call, subnet_id):
    for by_id in ec2(call).subnets.values():
        if subnet_id in by_id:
            return by_id[subnet_id]
    return None


def security_group(call, group_id):
    for groups in ec2(call).groups.values():
        if group_id in groups:
            return groups[group_id]
    return None


def launch_template(call, template_id=None, name=None):
    backend = ec2(call)
    if not template_id and name:
        template_id = backend.launch_template_name_to_ids.get(name)
    return backend.launch_templates.get(template_id)
