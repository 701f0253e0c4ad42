"""Everything that is in an emulated account, as plain JSON: what a test compares before and after.

{account: {kind: {"region/id": summary}}}. The default VPC and what AWS puts into it are left out. What AWS still shows for a while after its deletion (a deleted NAT gateway)
is left out; what stays for good in another state (a key pending deletion) is in, with that state.
"""
from moto.acm.models import acm_backends
from moto.autoscaling.models import autoscaling_backends
from moto.cloudwatch.models import cloudwatch_backends
from moto.dynamodb.models import dynamodb_backends
from moto.ec2.models import ec2_backends
from moto.ecr.models import ecr_backends
from moto.events.models import events_backends
from moto.iam.models import iam_backends
from moto.kms.models import kms_backends
from moto.logs.models import logs_backends
from moto.route53.models import route53_backends
from moto.s3.models import s3_backends
from moto.secretsmanager.models import secretsmanager_backends
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends
from moto.ssm.models import ssm_backends

from . import route53, state
from .core import LOCK

def snapshot(account=None):
    """One account, or all that were ever called."""
    with LOCK:
        if account is not None:
            state.settle(account)
        backends = (ec2_backends, iam_backends, kms_backends, logs_backends, route53_backends, s3_backends,
                    secretsmanager_backends, autoscaling_backends, ssm_backends, *(backends for backends, _ in PLAIN))
        known = {a for b in backends for a in dict.keys(b)} | {a for a, _ in state.STORES if a != "*"}
        return {"accounts": {a: _account(a) for a in (sorted(known) if account is None else [account])}}


def _account(account):
    found = {}

    def put(kind, region, key, summary=None):
        found.setdefault(kind, {})[f"{region}/{key}"] = summary
    for backends, read in ((ec2_backends, _ec2), (kms_backends, _kms), (logs_backends, _logs), (secretsmanager_backends, _secrets),
                           (autoscaling_backends, _autoscaling), (iam_backends, _iam), (route53_backends, _route53), (s3_backends, _s3),
                            (ssm_backends, _ssm), *PLAIN):
        regions = dict.get(backends, account)
        for region, backend in list(dict.items(regions)) if regions else []:
            read(backend, lambda kind, key, summary=None, region=region: put(kind, region, key, summary))
    for (owner, region), services in list(state.STORES.items()):
        if owner == account:
            _eks(services.get("eks", {}), lambda kind, key, summary=None, region=region: put(kind, region, key, summary))
            for check in services.get("route53", {}).get("health_checks", {}).values():
                put("route53.health_check", region, check["Id"], {"type": check["HealthCheckConfig"]["Type"]})
            for zone, held in services.get("route53", {}).get("dnssec", {}).items():
                for key in held["keys"].values():
                    put("route53.key_signing_key", region, f"{zone}/{key['Name']}", {"status": key["Status"]})
                if held["signing"]["ServeSignature"] == "SIGNING":
                    put("route53.dnssec", region, zone)
            for delegation in services.get("route53", {}).get("delegation_sets", {}):
                put("route53.delegation_set", region, delegation)
            for log in services.get("route53", {}).get("query_logs", {}).values():
                put("route53.query_log", region, log["Id"], {"zone": log["HostedZoneId"]})
            for group in services.get("ec2", {}).get("placement_groups", {}).values():
                put("ec2.placement_group", region, group["GroupName"], {"strategy": group["Strategy"]})
            for group, name in services.get("autoscaling", {}).get("schedules", {}):
                put("autoscaling.schedule", region, f"{group}/{name}")
            for name, things in services.get("elbv2", {}).items():
                for arn, thing in things.items():
                    put(f"elbv2.{name[:-1]}", region, arn.split(":", 5)[5], {"tags": thing["_tags"], "targets": sorted(thing.get("_targets", ()))})
            _efs(services.get("efs", {}), lambda kind, key, summary=None, region=region: put(kind, region, key, summary))
    return {kind: dict(sorted(things.items())) for kind, things in sorted(found.items())}


def _ec2(ec2, put):
    def name(thing):
        return dict(sorted(ec2.tags.get(thing.id, {}).items()))
    default = {v.id for v in ec2.vpcs.values() if v.is_default == "true" or v.is_default is True}
    for vpc in ec2.vpcs.values():
        if vpc.id in default:
            continue
        put("ec2.vpc", vpc.id, {"cidr": vpc.cidr_block, "tags": name(vpc)})
    for zone in ec2.subnets.values():
        for subnet in zone.values():
            if subnet.vpc_id in default and subnet.default_for_az in (True, "true"):
                continue
            put("ec2.subnet", subnet.id, {"cidr": subnet.cidr_block, "vpc": subnet.vpc_id, "tags": name(subnet)})
    for groups in ec2.groups.values():
        for group in groups.values():
            if group.vpc_id in default and group.name == "default":
                continue
            put("ec2.security_group", group.id, {"name": group.name, "vpc": group.vpc_id, "tags": name(group)})
            for rule in group.ingress_rules + group.egress_rules:
                put("ec2.security_group_rule", rule.id, {
                    "group": group.id, "egress": rule.is_egress, "protocol": rule.ip_protocol, "ports": [rule.from_port, rule.to_port],
                    "peer": rule.ip_range.get("CidrIp") or rule.ip_range.get("CidrIpv6") or rule.source_group.get("GroupId") or rule.prefix_list_id})
    for eni in ec2.enis.values():
        put("ec2.network_interface", eni.id, {"subnet": eni.subnet.id, "description": eni.description})
    for table in ec2.route_tables.values():
        if table.vpc_id in default and table.main_association_id:
            continue
        put("ec2.route_table", table.id, {
            "vpc": table.vpc_id, "routes": sorted(getattr(r, "id", r) for r in table.routes), "associations": sorted(table._associations), "tags": name(table)})
    for gateway in ec2.internet_gateways.values():
        if gateway.vpc and gateway.vpc.id in default:
            continue
        put("ec2.internet_gateway", gateway.id, {"vpc": gateway.vpc.id if gateway.vpc else None, "tags": name(gateway)})
    for nat in ec2.nat_gateways.values():
        if nat.state != "deleted":
            put("ec2.nat_gateway", nat.id, {"subnet": nat.subnet_id, "state": nat.state, "tags": name(nat)})
    for address in ec2.addresses:
        put("ec2.elastic_ip", address.allocation_id or address.public_ip, {"associated": bool(address.association_id)})
    for endpoint in ec2.vpc_end_points.values():
        if endpoint.state != "deleted":
            put("ec2.vpc_endpoint", endpoint.id, {"service": endpoint.service_name, "vpc": endpoint.vpc_id})
    for template in ec2.launch_templates.values():
        put("ec2.launch_template", template.id, {"name": template.name, "versions": [v.number for v in template.versions]})
    for acl in ec2.network_acls.values():
        if acl.vpc_id not in default:
            put("ec2.network_acl", acl.id, {"vpc": acl.vpc_id, "subnets": len(acl._associations), "tags": name(acl)})
            for entry in acl.network_acl_entries:
                put("ec2.network_acl_entry", f"{acl.id}/{entry.rule_number}/{'out' if entry.egress else 'in'}", {
                    "action": entry.rule_action, "cidr": entry.cidr_block or entry.ipv6_cidr_block})
    for reservation in ec2.reservations.values():
        for instance in reservation.instances:
            if instance.state_code != 48:
                put("ec2.instance", instance.id, {"type": instance.instance_type})
    for flow_log in ec2.flow_logs.values():
        put("ec2.flow_log", flow_log.id, {"resource": flow_log.resource_id, "tags": name(flow_log)})
    for options in ec2.dhcp_options_sets.values():
        put("ec2.dhcp_options", options.id, {"tags": name(options)})
    for pair in ec2.key_pairs.values():
        put("ec2.key_pair", pair.key_name, {"tags": name(pair)})
    for gateway in ec2.egress_only_internet_gateways.values():
        put("ec2.egress_only_internet_gateway", gateway.id, {"vpc": gateway.vpc_id, "tags": name(gateway)})
    for peering in ec2.vpc_pcxs.values():
        if peering._status.code not in ("deleted", "failed", "rejected"):
            put("ec2.vpc_peering_connection", peering.id, {"status": peering._status.code, "tags": name(peering)})


def _iam(iam, put):
    for role in iam.roles.values():
        put("iam.role", role.name, {"path": role.path, "policies": sorted(role.policies), "attached": sorted(role.managed_policies)})
    for arn, policy in iam.managed_policies.items():
        if ":iam::aws:" not in arn:
            put("iam.policy", arn, {"versions": len(policy.versions), "attachments": policy.attachment_count})
    for arn, provider in iam.open_id_providers.items():
        put("iam.oidc_provider", arn, {"clients": sorted(provider.client_id_list)})
    for profile in iam.instance_profiles.values():
        put("iam.instance_profile", profile.name, {"roles": [r.name for r in profile.roles]})
    for user in iam.users.values():
        put("iam.user", user.name, {"attached": sorted(user.managed_policies)})
        for key in user.access_keys:
            put("iam.access_key", key.access_key_id, {"user": user.name, "status": key.status})
    for group in iam.groups.values():
        put("iam.group", group.name)


def _kms(kms, put):
    for key in kms.keys.values():
        if getattr(key, "key_manager", "CUSTOMER") == "CUSTOMER":
            put("kms.key", key.id, {"state": key.key_state, "description": key.description})
        for grant in key.grants.values():
            put("kms.grant", f"{key.id}/{grant.id}", {"grantee": grant.grantee_principal})
        for alias in key.aliases:
            if not alias.startswith("alias/aws/"):
                put("kms.alias", alias, {"key": key.id})


def _logs(logs, put):
    for group in logs.groups.values():
        put("logs.log_group", group.name, {"retention": group.retention_in_days})


def _secrets(manager, put):
    for secret in {id(s): s for s in dict.values(manager.secrets)}.values():
        put("secretsmanager.secret", secret.name, {"state": "PendingDeletion" if secret.is_deleted() else "Active", "versions": len(secret.versions)})


def _ssm(ssm, put):
    for name, versions in list(dict.items(ssm._parameters)):
        if versions and not name.startswith("/aws/"):
            put("ssm.parameter", name, {"type": versions[-1].parameter_type})


def _autoscaling(autoscaling, put):
    for group in autoscaling.autoscaling_groups.values():
        put("autoscaling.group", group.name, {"tags": {t["Key"]: t.get("Value", "") for t in sorted(group.tags, key=lambda t: t["Key"])}})
    for hook in autoscaling.lifecycle_hooks.values():
        put("autoscaling.lifecycle_hook", f"{hook.auto_scaling_group_name}/{hook.name}", {"transition": hook.lifecycle_transition})


def _route53(service, put):
    for zone in service.zones.values():
        put("route53.zone", zone.resource_id, {"name": zone.name, "private": zone.private_zone})
        for rrset in zone.rrsets:
            put("route53.record", "/".join(filter(None, (zone.resource_id, route53.stored_name(rrset.name), rrset.type, rrset.set_identifier))),
                {"values": route53._values(rrset), "ttl": rrset.ttl})


def _s3(s3, put):
    for bucket in s3.buckets.values():
        put("s3.bucket", bucket.name, {"keys": len(bucket.keys)})


def _sqs(sqs, put):
    for queue in sqs.queues.values():
        put("sqs.queue", queue.name)


def _events(events, put):
    for bus in events.event_buses.values():
        for rule in bus.rules.values():
            put("events.rule", f"{bus.name}/{rule.name}", {"targets": sorted(t["Id"] for t in rule.targets)})


def _ecr(ecr, put):
    for repository in ecr.repositories.values():
        put("ecr.repository", repository.name)


def _dynamodb(dynamodb, put):
    for table in dynamodb.tables.values():
        put("dynamodb.table", table.name)


def _acm(acm, put):
    for arn in acm._certificates:
        put("acm.certificate", arn)


def _cloudwatch(cloudwatch, put):
    for alarm in cloudwatch.alarms.values():
        put("cloudwatch.alarm", alarm.name)


def _sns(sns, put):
    for arn in sns.topics:
        put("sns.topic", arn)
    for subscription in sns.subscriptions.values():
        put("sns.subscription", subscription.arn, {"protocol": subscription.protocol, "endpoint": subscription.endpoint})


PLAIN = ((sqs_backends, _sqs), (sns_backends, _sns), (events_backends, _events), (ecr_backends, _ecr), (dynamodb_backends, _dynamodb), (acm_backends, _acm),
         (cloudwatch_backends, _cloudwatch))

PARTS = {"nodegroups": "nodegroup", "addons": "addon", "entries": "access_entry", "pods": "pod_identity_association",
         "idps": "identity_provider_config", "fargate": "fargate_profile", "capabilities": "capability"}


def _eks(tables, put):
    for cluster in tables.get("clusters", {}).values():
        put("eks.cluster", cluster["name"], {"status": cluster["status"], "version": cluster["version"], "tags": cluster["tags"]})
        for part, kind in PARTS.items():
            for key, thing in cluster["_parts"].get(part, {}).items():
                put(f"eks.{kind}", f"{cluster['name']}/{key}", {k: v for k, v in {
                    "status": thing.get("status"), "policies": sorted(thing.get("_policies", {})) or None, "tags": thing.get("tags")}.items() if v})


def _efs(tables, put):
    for key, replication in tables.get("replications", {}).items():
        put("efs.replication", key, {"status": replication["Destinations"][0]["Status"]})
    for kind, table in (("file_system", "file_systems"), ("mount_target", "mount_targets"), ("access_point", "access_points")):
        for key, thing in tables.get(table, {}).items():
            put(f"efs.{kind}", key, {k: v for k, v in {"state": thing["LifeCycleState"], "name": thing.get("Name"),
                                                       "file_system": thing["FileSystemId"]}.items() if v})
