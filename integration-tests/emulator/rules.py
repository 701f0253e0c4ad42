"""Every service's rules, by being imported; and what is loaded ahead of the first call."""
from . import (accounts, acm, autoscaling, cloudwatch, dynamodb, ec2_filters, ec2, ec2_interfaces,  # noqa: F401
               ec2_launch_templates, ec2_network_acls, ec2_options, ec2_peering, ec2_placement_groups, ec2_security_groups, ec2_volumes,
               ec2_instances, ec2_instance_changes, ec2_instance_launch, ec2_spot, ecr, efs, efs_replication,
               eks, eks_access, eks_addons, eks_capabilities, eks_catalog, eks_nodegroups, elbv2, elbv2_listeners,
               elbv2_targets, iam, iam_users, kms, logs, route53, route53_dnssec, route53_health_checks, route53_sets,
               s3, s3_lifecycle, s3_objects, secretsmanager, sns, sqs, ssm)
from .core import _moto_handler, before, get_service_model, get_service_router
from . import state


@before("*")
def settle_what_is_due(call):
    state.settle(call.account)


def warm():
    """Load models and routes of the services the platform uses, so that the first calls are as fast as the rest."""
    for service in ("sts", "ec2", "iam", "eks", "ssm", "kms", "logs", "efs", "route53", "secretsmanager", "autoscaling"):
        try:
            model = get_service_model(service)
            if model.protocol.startswith("rest"):
                get_service_router(service)
            _moto_handler(service)
        except Exception:
            pass
