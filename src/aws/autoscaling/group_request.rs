//! From a planned `aws_autoscaling_group` to what the calls take.

use aws_sdk_autoscaling::types::{
    AlarmSpecification, AvailabilityZoneDistribution, CapacityDistributionStrategy, CapacityReservationPreference,
    CapacityReservationSpecification, CapacityReservationTarget, InstanceMaintenancePolicy, InstanceReusePolicy,
    InstancesDistribution, LaunchTemplate, LaunchTemplateOverrides, LaunchTemplateSpecification,
    LifecycleHookSpecification, MixedInstancesPolicy, RefreshPreferences, ScaleInProtectedInstances, StandbyInstances,
    Tag, TrafficSourceIdentifier, WarmPoolState,
};

use super::instance_requirements;
use crate::provider::Object;

/// What kind of resource the tags of groups say they are on.
pub const KIND: &str = "auto-scaling-group";

/// Stands in a plan for the id of a template whose name changes, as the provider writes it.
pub const UNKNOWN_ID: &str = "unknown";

/// The names of `id` and `name` in a reference to a launch template.
pub const PLAIN: [&str; 2] = ["id", "name"];
pub const LONG: [&str; 2] = ["launch_template_id", "launch_template_name"];

pub fn launch_template(want: &Object) -> Option<LaunchTemplateSpecification> {
    want.object("launch_template").map(|o| template(&o, PLAIN))
}

/// The API takes the id or the name, and tells both.
fn template(o: &Object, [id, name]: [&str; 2]) -> LaunchTemplateSpecification {
    let id = o.string(id).filter(|id| id != UNKNOWN_ID);
    let name = if id.is_some() { None } else { o.string(name) };
    LaunchTemplateSpecification::builder()
        .set_launch_template_id(id)
        .set_launch_template_name(name)
        .set_version(o.string("version"))
        .build()
}

pub fn mixed_instances_policy(want: &Object) -> Option<MixedInstancesPolicy> {
    let policy = want.object("mixed_instances_policy")?;
    let distribution = policy.object("instances_distribution").map(|o| {
        InstancesDistribution::builder()
            .set_on_demand_allocation_strategy(o.string("on_demand_allocation_strategy"))
            .set_on_demand_base_capacity(o.i32("on_demand_base_capacity"))
            .set_on_demand_percentage_above_base_capacity(o.i32("on_demand_percentage_above_base_capacity"))
            .set_spot_allocation_strategy(o.string("spot_allocation_strategy"))
            .set_spot_instance_pools(o.i32("spot_instance_pools").filter(|n| *n != 0))
            // An empty text takes a price away.
            .set_spot_max_price(Some(o.string("spot_max_price").unwrap_or_default()))
            .build()
    });
    let launch = policy.object("launch_template").unwrap_or_default();
    let overrides: Vec<LaunchTemplateOverrides> = launch.objects("override").iter().map(override_of).collect();
    let launch = LaunchTemplate::builder()
        .set_launch_template_specification(launch.object("launch_template_specification").map(|o| template(&o, LONG)))
        .set_overrides(Some(overrides))
        .build();
    Some(MixedInstancesPolicy::builder().set_instances_distribution(distribution).launch_template(launch).build())
}

fn override_of(o: &Object) -> LaunchTemplateOverrides {
    LaunchTemplateOverrides::builder()
        .set_instance_requirements(o.object("instance_requirements").map(|r| instance_requirements::request(&r)))
        .set_instance_type(o.string("instance_type"))
        .set_launch_template_specification(o.object("launch_template_specification").map(|t| template(&t, LONG)))
        .set_weighted_capacity(o.string("weighted_capacity"))
        .build()
}

pub fn zone_distribution(want: &Object) -> Option<AvailabilityZoneDistribution> {
    let strategy = want.object("availability_zone_distribution")?.string("capacity_distribution_strategy")?;
    let strategy = CapacityDistributionStrategy::from(strategy.as_str());
    Some(AvailabilityZoneDistribution::builder().capacity_distribution_strategy(strategy).build())
}

pub fn reservation(want: &Object) -> Option<CapacityReservationSpecification> {
    let o = want.object("capacity_reservation_specification")?;
    let listed = |o: &Object, name: &str| Some(o.strings(name)).filter(|all| !all.is_empty());
    let target = o.object("capacity_reservation_target").map(|t| {
        CapacityReservationTarget::builder()
            .set_capacity_reservation_ids(listed(&t, "capacity_reservation_ids"))
            .set_capacity_reservation_resource_group_arns(listed(&t, "capacity_reservation_resource_group_arns"))
            .build()
    });
    let preference = o.string("capacity_reservation_preference");
    let preference = preference.map(|p| CapacityReservationPreference::from(p.as_str()));
    Some(
        CapacityReservationSpecification::builder()
            .set_capacity_reservation_preference(preference)
            .set_capacity_reservation_target(target)
            .build(),
    )
}

/// The policy; without one, what takes it away.
pub fn maintenance(want: &Object) -> InstanceMaintenancePolicy {
    let o = want.object("instance_maintenance_policy").unwrap_or_default();
    InstanceMaintenancePolicy::builder()
        .max_healthy_percentage(o.i32("max_healthy_percentage").unwrap_or(-1))
        .min_healthy_percentage(o.i32("min_healthy_percentage").unwrap_or(-1))
        .build()
}

pub fn hooks(want: &Object) -> Vec<LifecycleHookSpecification> {
    let hook = |o: &Object| {
        LifecycleHookSpecification::builder()
            .set_default_result(o.string("default_result"))
            .set_heartbeat_timeout(o.i32("heartbeat_timeout").filter(|n| *n != 0))
            .set_lifecycle_hook_name(o.string("name"))
            .set_lifecycle_transition(o.string("lifecycle_transition"))
            .set_notification_metadata(o.string("notification_metadata"))
            .set_notification_target_arn(o.string("notification_target_arn"))
            .set_role_arn(o.string("role_arn"))
            .build()
    };
    want.objects("initial_lifecycle_hook").iter().map(hook).collect()
}

pub fn tag(group: &str, o: &Object) -> Tag {
    Tag::builder()
        .resource_id(group)
        .resource_type(KIND)
        .key(o.str("key").unwrap_or_default())
        .value(o.str("value").unwrap_or_default())
        .propagate_at_launch(o.bool("propagate_at_launch").unwrap_or_default())
        .build()
}

pub fn source(o: &Object) -> TrafficSourceIdentifier {
    TrafficSourceIdentifier::builder().set_identifier(o.string("identifier")).set_type(o.string("type")).build()
}

/// State, least size, most that is prepared, and whether instances come back, of a warm pool.
pub type WarmPool = (Option<WarmPoolState>, Option<i32>, Option<i32>, Option<InstanceReusePolicy>);

pub fn warm_pool(o: &Object) -> WarmPool {
    let reuse = o.object("instance_reuse_policy").map(|r| {
        InstanceReusePolicy::builder().reuse_on_scale_in(r.bool("reuse_on_scale_in").unwrap_or_default()).build()
    });
    let state = o.string("pool_state").map(|s| WarmPoolState::from(s.as_str()));
    (state, o.i32("min_size"), o.i32("max_group_prepared_capacity"), reuse)
}

pub fn preferences(o: &Object) -> RefreshPreferences {
    let number = |name: &str| o.string(name).and_then(|text| text.parse::<i32>().ok());
    let alarms = o.object("alarm_specification").map(|a| {
        let alarms = a.strings("alarms");
        AlarmSpecification::builder().set_alarms(Some(alarms)).build()
    });
    let shares: Vec<i32> = o
        .get("checkpoint_percentages")
        .and_then(crate::value::Value::as_slice)
        .unwrap_or_default()
        .iter()
        .filter_map(|n| n.as_i64().and_then(|n| n.try_into().ok()))
        .collect();
    let protected = o.string("scale_in_protected_instances");
    let standby = o.string("standby_instances");
    RefreshPreferences::builder()
        .set_alarm_specification(alarms)
        .set_auto_rollback(o.bool("auto_rollback"))
        .set_checkpoint_delay(number("checkpoint_delay"))
        .set_checkpoint_percentages((!shares.is_empty()).then_some(shares))
        .set_instance_warmup(number("instance_warmup"))
        .set_max_healthy_percentage(o.i32("max_healthy_percentage"))
        .set_min_healthy_percentage(o.i32("min_healthy_percentage"))
        .set_scale_in_protected_instances(protected.map(|s| ScaleInProtectedInstances::from(s.as_str())))
        .set_skip_matching(o.bool("skip_matching"))
        .set_standby_instances(standby.map(|s| StandbyInstances::from(s.as_str())))
        .build()
}
