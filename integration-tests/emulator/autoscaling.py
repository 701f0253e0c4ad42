"""Auto Scaling: what groups remember beside what moto does, hooks, schedules, traffic sources, and tags.

https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_Operations.html
"""
import datetime
import uuid

from moto.autoscaling.models import FakeAutoScalingGroup, autoscaling_backends

from . import state
from .core import AwsError, after, before, now, operation, page

METRICS = ["GroupMinSize", "GroupMaxSize", "GroupDesiredCapacity", "GroupInServiceInstances", "GroupPendingInstances",
           "GroupStandbyInstances", "GroupTerminatingInstances", "GroupTotalInstances", "GroupInServiceCapacity",
           "GroupPendingCapacity", "GroupStandbyCapacity", "GroupTerminatingCapacity", "GroupTotalCapacity",
           "WarmPoolDesiredCapacity", "WarmPoolWarmedCapacity", "WarmPoolPendingCapacity", "WarmPoolTerminatingCapacity",
           "WarmPoolTotalCapacity", "GroupAndWarmPoolDesiredCapacity", "GroupAndWarmPoolTotalCapacity"]
# Parameters of a group that moto takes at its creation only, or not at all, and the attributes that show them.
KEPT = {"CapacityRebalance": "capacity_rebalance", "Context": "context", "DefaultCooldown": "default_cooldown",
        "DefaultInstanceWarmup": "default_instance_warmup", "DesiredCapacityType": "desired_capacity_type",
        "InstanceMaintenancePolicy": "instance_maintenance_policy", "MaxInstanceLifetime": "max_instance_lifetime",
        "AvailabilityZoneDistribution": "availability_zone_distribution", "PlacementGroup": "placement_group",
        "CapacityReservationSpecification": "capacity_reservation_specification",
        "TerminationPolicies": "termination_policies", "HealthCheckGracePeriod": "health_check_grace_period",
        "ServiceLinkedRoleARN": "service_linked_role_arn"}
DISTRIBUTION = {"OnDemandAllocationStrategy": "prioritized", "OnDemandBaseCapacity": 0,
                "OnDemandPercentageAboveBaseCapacity": 100, "SpotAllocationStrategy": "lowest-price"}

# With a mixed instances policy a group has no launch template of its own.
_template = FakeAutoScalingGroup.launch_template.fget
FakeAutoScalingGroup.launch_template = property(lambda group: None if group.mixed_instances_policy else _template(group))

_launch = FakeAutoScalingGroup.replace_autoscaling_group_instances


def _launch_with_own_interfaces(group, count, tags):
    # https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-eni.html: the primary interface ends with its instance
    known = len(group.instance_states)
    _launch(group, count, tags)
    for launched in group.instance_states[known:]:
        for interface in launched.instance.nics.values():
            interface.delete_on_termination = True


FakeAutoScalingGroup.replace_autoscaling_group_instances = _launch_with_own_interfaces


def backend(call):
    return autoscaling_backends[call.account][call.region]


def invalid(message):
    return AwsError("ValidationError", message)


def group_of(call):
    name = call.params["AutoScalingGroupName"]
    found = backend(call).autoscaling_groups.get(name)
    if found is None:
        raise invalid(f"AutoScalingGroup name not found - AutoScalingGroup '{name}' not found")
    return found


# ---------------------------------------------------------------- groups

@before("autoscaling.CreateAutoScalingGroup")
def create_group(call):
    # https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CreateAutoScalingGroup.html
    p = call.params
    if p["AutoScalingGroupName"] in backend(call).autoscaling_groups:
        raise AwsError("AlreadyExists", f"AutoScalingGroup by this name already exists - A group with the name {p['AutoScalingGroupName']} already exists")
    check_sizes(p["MinSize"], p["MaxSize"], p.get("DesiredCapacity"))


def check_sizes(least, most, desired):
    if least > most:
        raise invalid(f"Min size ({least}) must be less than or equal to max size ({most})")
    if desired is not None and not least <= desired <= most:
        raise invalid(f"Desired capacity:{desired} must be between the specified min size:{least} and max size:{most}")


@after("autoscaling.CreateAutoScalingGroup")
def group_made(call, result):
    p, group = call.params, group_of(call)
    group.health_check_grace_period = 0
    group.availability_zone_distribution = {"CapacityDistributionStrategy": "balanced-best-effort"}
    group.capacity_reservation_specification = {"CapacityReservationPreference": "default"}
    group.other_sources = []
    keep(group, p)
    attach(group, p.get("TrafficSources") or [])
    for hook in p.get("LifecycleHookSpecificationList") or []:
        put_hook(call, {**hook, "AutoScalingGroupName": group.name})


def keep(group, p):
    for name, attribute in KEPT.items():
        if p.get(name) is not None:
            setattr(group, attribute, p[name])
    if p.get("DefaultInstanceWarmup") == -1:
        group.default_instance_warmup = None
    if (p.get("InstanceMaintenancePolicy") or {}).get("MinHealthyPercentage") == -1:
        group.instance_maintenance_policy = None
    if group.mixed_instances_policy:
        # "InstancesDistribution": what is left out has its default; pools count for the lowest price only.
        # https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_InstancesDistribution.html
        given = {k: v for k, v in (group.mixed_instances_policy.get("InstancesDistribution") or {}).items() if v is not None}
        full = {**DISTRIBUTION, **given}
        if full["SpotAllocationStrategy"] == "lowest-price":
            full.setdefault("SpotInstancePools", 2)
        group.mixed_instances_policy["InstancesDistribution"] = full
        for override in group.mixed_instances_policy["LaunchTemplate"].get("Overrides") or []:
            complete(group, override.get("LaunchTemplateSpecification"))


def complete(group, template):
    """A reference to a launch template is shown with its id and its name."""
    if not template:
        return
    templates = group.ec2_backend.launch_templates.values()
    found = next((t for t in templates if template.get("LaunchTemplateId") == t.id or template.get("LaunchTemplateName") == t.name), None)
    if found is None:
        raise invalid("The specified launch template does not exist.")
    template["LaunchTemplateId"], template["LaunchTemplateName"] = found.id, found.name
    template.setdefault("Version", "$Default")


@before("autoscaling.UpdateAutoScalingGroup")
def remember_policy(call):
    p, group = call.params, group_of(call)
    least, most = p.get("MinSize", group.min_size), p.get("MaxSize", group.max_size)
    check_sizes(least, most, p.get("DesiredCapacity"))
    call.effects["policy"] = group.mixed_instances_policy


@after("autoscaling.UpdateAutoScalingGroup")
def group_changed(call, result):
    # https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_UpdateAutoScalingGroup.html
    p, group = call.params, group_of(call)
    if not any(p.get(way) for way in ("MixedInstancesPolicy", "LaunchTemplate", "LaunchConfigurationName")):
        group.mixed_instances_policy = call.effects["policy"]
    keep(group, p)


@before("autoscaling.DeleteAutoScalingGroup")
def delete_group(call):
    # https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DeleteAutoScalingGroup.html
    group, scaling = group_of(call), backend(call)
    if group.instance_states and not call.params.get("ForceDelete"):
        raise AwsError("ResourceInUse", "You cannot delete an AutoScalingGroup while there are instances or pending Spot instance "
                       "request(s) still in the group.")
    for key in [k for k, h in scaling.lifecycle_hooks.items() if h.auto_scaling_group_name == group.name]:
        del scaling.lifecycle_hooks[key]
    for key in [k for k in schedules(call) if k[0] == group.name]:
        del schedules(call)[key]


@after("autoscaling.SetInstanceProtection")
def scale_in_what_is_free(call, result):
    # https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-instance-protection.html: what was held goes now
    if not call.params.get("ProtectedFromScaleIn"):
        group = group_of(call)
        group.set_desired_capacity(group.desired_capacity)


# ---------------------------------------------------------------- traffic sources

def attach(group, sources):
    for source in sources:
        kind = source.get("Type") or ("elbv2" if ":targetgroup/" in source["Identifier"] and ":elasticloadbalancing:" in source["Identifier"]
                                      else "vpc-lattice" if ":vpc-lattice:" in source["Identifier"] else "elb")
        if kind == "elbv2":
            group.append_target_groups([source["Identifier"]])
        elif kind == "elb":
            group.load_balancer_names = group.load_balancer_names + [source["Identifier"]]
        else:
            group.other_sources = others(group) + [{"Identifier": source["Identifier"], "Type": kind}]


def others(group):
    return getattr(group, "other_sources", [])


@operation("autoscaling.AttachTrafficSources")
def attach_sources(call):
    # https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_AttachTrafficSources.html
    attach(group_of(call), call.params["TrafficSources"])


@operation("autoscaling.DetachTrafficSources")
def detach_sources(call):
    group, gone = group_of(call), {s["Identifier"] for s in call.params["TrafficSources"]}
    group.target_group_arns = [a for a in group.target_group_arns if a not in gone]
    group.load_balancer_names = [n for n in group.load_balancer_names if n not in gone]
    group.other_sources = [s for s in others(group) if s["Identifier"] not in gone]


@after("autoscaling.DescribeAutoScalingGroups")
def show_sources(call, result):
    # https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_TrafficSourceIdentifier.html: load balancers are among them
    for group in result["AutoScalingGroups"]:
        group.traffic_sources = sources_of(group)


def sources_of(group):
    return ([{"Identifier": a, "Type": "elbv2"} for a in group.target_group_arns]
            + [{"Identifier": n, "Type": "elb"} for n in group.load_balancer_names] + others(group))


@operation("autoscaling.DescribeTrafficSources")
def describe_sources(call):
    # https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_TrafficSourceState.html
    states = {"vpc-lattice": "Added", "elb": "InService", "elbv2": "InService"}
    kind = call.params.get("TrafficSourceType")
    return {"TrafficSources": [{**s, "TrafficSource": s["Identifier"], "State": states[s["Type"]]}
                               for s in sources_of(group_of(call)) if kind in (None, s["Type"])]}


# ---------------------------------------------------------------- metrics, warm pools, instance refreshes

@operation("autoscaling.EnableMetricsCollection")
def enable_metrics(call):
    # https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_EnableMetricsCollection.html: none named is all
    group, named = group_of(call), call.params.get("Metrics") or METRICS
    wrong = [m for m in named if m not in METRICS]
    if wrong:
        raise invalid(f"{wrong[0]} is not a valid metric")
    group.metrics = group.metrics + [m for m in named if m not in group.metrics]


@operation("autoscaling.DisableMetricsCollection")
def disable_metrics(call):
    group, named = group_of(call), call.params.get("Metrics") or METRICS
    group.metrics = [m for m in group.metrics if m not in named]


@before("autoscaling.DeleteWarmPool")
def pool_exists(call):
    if group_of(call).warm_pool is None:
        raise invalid(f"No warm pool found for AutoScalingGroup {call.params['AutoScalingGroupName']}")


@operation("autoscaling.StartInstanceRefresh")
def start_refresh(call):
    """Instances are not replaced: the refresh is there, and has succeeded."""
    # https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_StartInstanceRefresh.html
    group = group_of(call)
    made = {"InstanceRefreshId": str(uuid.uuid4()), "AutoScalingGroupName": group.name, "Status": "Successful", "StartTime": now(),
            "EndTime": now(), "PercentageComplete": 100, "InstancesToUpdate": 0, "Preferences": call.params.get("Preferences") or {}}
    state.table(call.account, call.region, "autoscaling", "refreshes").setdefault(group.name, []).insert(0, made)
    return {"InstanceRefreshId": made["InstanceRefreshId"]}


@operation("autoscaling.DescribeInstanceRefreshes")
def describe_refreshes(call):
    return {"InstanceRefreshes": state.table(call.account, call.region, "autoscaling", "refreshes").get(group_of(call).name, [])}


@operation("autoscaling.CancelInstanceRefresh")
def cancel_refresh(call):
    raise AwsError("ActiveInstanceRefreshNotFound", f"No in progress or pending Instance Refresh found for Auto Scaling group {group_of(call).name}")


# ---------------------------------------------------------------- lifecycle hooks

@operation("autoscaling.PutLifecycleHook")
def put_lifecycle_hook(call):
    put_hook(call, call.params)


def put_hook(call, p):
    # https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutLifecycleHook.html: one that exists is changed
    group_of(call)
    scaling, key = backend(call), f"{p['AutoScalingGroupName']}_{p['LifecycleHookName']}"
    hook = scaling.lifecycle_hooks.get(key)
    if hook is None:
        if not p.get("LifecycleTransition"):
            raise invalid("LifecycleTransition is required for a new lifecycle hook")
        hook = scaling.create_lifecycle_hook(name=p["LifecycleHookName"], as_name=p["AutoScalingGroupName"],
                                             transition=p["LifecycleTransition"], timeout=None, result=None)
        hook.role_arn = hook.notification_target_arn = hook.notification_metadata = None
    for name, attribute in {"LifecycleTransition": "lifecycle_transition", "RoleARN": "role_arn", "HeartbeatTimeout": "heartbeat_timeout",
                            "NotificationTargetARN": "notification_target_arn", "NotificationMetadata": "notification_metadata",
                            "DefaultResult": "default_result"}.items():
        if p.get(name) is not None:
            setattr(hook, attribute, p[name] or None)
    hook.global_timeout = min(172800, hook.heartbeat_timeout * 100)


@before("autoscaling.DescribeLifecycleHooks")
def hooks_of_a_group(call):
    group_of(call)


@before("autoscaling.DeleteLifecycleHook")
def hook_exists(call):
    p = call.params
    if f"{group_of(call).name}_{p['LifecycleHookName']}" not in backend(call).lifecycle_hooks:
        raise invalid(f"No Lifecycle Hook found with name {p['LifecycleHookName']}")


# ---------------------------------------------------------------- scheduled actions

def schedules(call):
    return state.table(call.account, call.region, "autoscaling", "schedules")


@operation("autoscaling.PutScheduledUpdateGroupAction")
def put_schedule(call):
    # https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutScheduledUpdateGroupAction.html
    p, group = call.params, group_of(call)
    if not any(p.get(size) is not None for size in ("MinSize", "MaxSize", "DesiredCapacity")):
        raise invalid("At least one of DesiredCapacity, MinSize and MaxSize must be specified")
    if not p.get("StartTime") and not p.get("Recurrence"):
        raise invalid("Either start time or recurrence must be specified")
    start = p.get("StartTime")
    if start is not None and _moment(start) < now():
        raise invalid("Given start time is in the past")
    key, old = (group.name, p["ScheduledActionName"]), schedules(call).get((group.name, p["ScheduledActionName"]))
    arn = (f"arn:aws:autoscaling:{call.region}:{call.account}:scheduledUpdateGroupAction:{uuid.uuid4()}:autoScalingGroupName/{group.name}"
           f":scheduledActionName/{p['ScheduledActionName']}")
    made = {"AutoScalingGroupName": group.name, "ScheduledActionName": p["ScheduledActionName"], "ScheduledActionARN": old["ScheduledActionARN"] if old else arn}
    made.update({k: p[k] for k in ("StartTime", "EndTime", "Recurrence", "MinSize", "MaxSize", "DesiredCapacity", "TimeZone") if p.get(k) is not None})
    schedules(call)[key] = made


def _moment(value):
    if isinstance(value, datetime.datetime):
        return value if value.tzinfo else value.replace(tzinfo=datetime.timezone.utc)
    return datetime.datetime.fromisoformat(str(value).replace("Z", "+00:00"))


@operation("autoscaling.DescribeScheduledActions")
def describe_schedules(call):
    p = call.params
    rows = [s for (group, name), s in sorted(schedules(call).items())
            if p.get("AutoScalingGroupName") in (None, group) and (not p.get("ScheduledActionNames") or name in p["ScheduledActionNames"])]
    rows, token = page(rows, p.get("MaxRecords") or 50, p.get("NextToken"), AwsError("InvalidNextToken", "The token is invalid."))
    return {"ScheduledUpdateGroupActions": rows, "NextToken": token}


@operation("autoscaling.DeleteScheduledAction")
def delete_schedule(call):
    p = call.params
    if schedules(call).pop((p["AutoScalingGroupName"], p["ScheduledActionName"]), None) is None:
        raise invalid("Scheduled action name not found")


# ---------------------------------------------------------------- tags

@before("autoscaling.CreateOrUpdateTags", "autoscaling.DeleteTags")
def tagged_groups_exist(call):
    # https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CreateOrUpdateTags.html
    groups = autoscaling_backends[call.account][call.region].autoscaling_groups
    for tag in call.params.get("Tags") or []:
        if tag.get("ResourceType") != "auto-scaling-group":
            raise AwsError("ValidationError", f"Invalid resource type {tag.get('ResourceType')}")
        if tag["ResourceId"] not in groups:
            raise AwsError("ValidationError", "AutoScalingGroup name not found - null")


@after("autoscaling.DescribeTags")
def describe_tags(call, result):
    # https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeTags.html: 50 by default
    rows, token = page(sorted(result["Tags"], key=lambda t: (t["ResourceId"], t["Key"])), call.params.get("MaxRecords") or 50,
                       call.params.get("NextToken"), AwsError("InvalidNextToken", "The token is invalid."))
    result["Tags"], result["NextToken"] = rows, token
