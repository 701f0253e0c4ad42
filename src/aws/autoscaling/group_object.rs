//! From an Auto Scaling group of the API to an object.

use aws_sdk_autoscaling::types::{
    AutoScalingGroup, CapacityDistributionStrategy, CapacityReservationPreference, LaunchTemplateSpecification,
    LifecycleState, MixedInstancesPolicy, WarmPoolConfiguration, WarmPoolState, WarmPoolStatus,
};

use super::instance_requirements;
use crate::aws::Client;
use crate::provider::Object;

/// What the resource and the data source tell alike.
pub fn common(client: &Client, group: &AutoScalingGroup) -> Object {
    let texts = |of: &Option<Vec<String>>| of.clone().unwrap_or_default();
    let processes = group.suspended_processes().iter().filter_map(|p| p.process_name.clone());
    let metrics = group.enabled_metrics().iter().filter_map(|m| m.metric.clone());
    Object::new()
        .with("arn", group.auto_scaling_group_arn())
        .with("availability_zones", texts(&group.availability_zones))
        .with("default_cooldown", group.default_cooldown.unwrap_or_default())
        .with("desired_capacity", group.desired_capacity.unwrap_or_default())
        .with("desired_capacity_type", group.desired_capacity_type().unwrap_or_default())
        .with("enabled_metrics", metrics.collect::<Vec<_>>())
        .with("health_check_grace_period", group.health_check_grace_period.unwrap_or_default())
        .with("health_check_type", group.health_check_type().unwrap_or_default())
        .with("id", group.auto_scaling_group_name())
        .with("instance_maintenance_policy", maintenance(group))
        .with("launch_configuration", group.launch_configuration_name().unwrap_or_default())
        .with("launch_template", group.launch_template.iter().map(template).collect::<Vec<_>>())
        .with("load_balancers", texts(&group.load_balancer_names))
        .with("max_instance_lifetime", group.max_instance_lifetime.unwrap_or_default())
        .with("max_size", group.max_size.unwrap_or_default())
        .with("min_size", group.min_size.unwrap_or_default())
        .with("mixed_instances_policy", group.mixed_instances_policy.iter().map(mixed).collect::<Vec<_>>())
        .with("name", group.auto_scaling_group_name())
        .with("placement_group", group.placement_group().unwrap_or_default())
        .with("predicted_capacity", group.predicted_capacity.unwrap_or_default())
        .with("service_linked_role_arn", group.service_linked_role_arn().unwrap_or_default())
        .with("suspended_processes", processes.collect::<Vec<_>>())
        .with("tag", tags(client, group))
        .with("target_group_arns", texts(&group.target_group_arns))
        .with("termination_policies", texts(&group.termination_policies))
        .with("traffic_source", sources(group))
        .with("warm_pool", group.warm_pool_configuration.iter().filter_map(warm_pool).collect::<Vec<_>>())
        .with("warm_pool_size", group.warm_pool_size.unwrap_or_default())
}

/// The subnets, which AWS lists in one text.
pub fn subnets(group: &AutoScalingGroup) -> Vec<String> {
    let listed = group.vpc_zone_identifier().unwrap_or_default();
    listed.split(',').filter(|id| !id.is_empty()).map(str::to_owned).collect()
}

/// Instances in service, by what their types weigh.
pub fn in_service(group: &AutoScalingGroup) -> i64 {
    let healthy = |i: &&aws_sdk_autoscaling::types::Instance| {
        i.health_status().is_some_and(|s| s.eq_ignore_ascii_case("Healthy"))
            && i.lifecycle_state() == Some(&LifecycleState::InService)
    };
    let weight = |text: Option<&str>| text.and_then(|t| t.parse::<i64>().ok()).unwrap_or(1);
    group.instances().iter().filter(healthy).map(|i| weight(i.weighted_capacity())).sum()
}

pub fn zone_distribution(group: &AutoScalingGroup) -> Vec<Object> {
    let strategy = |s: &CapacityDistributionStrategy| s.as_str().to_owned();
    let told = group.availability_zone_distribution.iter();
    told.map(|d| {
        let strategy = d.capacity_distribution_strategy.as_ref().map(strategy);
        Object::new().with("capacity_distribution_strategy", strategy)
    })
    .collect()
}

pub fn reservation(group: &AutoScalingGroup) -> Vec<Object> {
    let told = group.capacity_reservation_specification.iter();
    told.map(|s| {
        let preference = s.capacity_reservation_preference.as_ref().map(CapacityReservationPreference::as_str);
        let target = s.capacity_reservation_target.iter().map(|t| {
            Object::new()
                .with("capacity_reservation_ids", t.capacity_reservation_ids().to_vec())
                .with("capacity_reservation_resource_group_arns", t.capacity_reservation_resource_group_arns().to_vec())
        });
        Object::new()
            .with("capacity_reservation_preference", preference)
            .with("capacity_reservation_target", target.collect::<Vec<_>>())
    })
    .collect()
}

fn maintenance(group: &AutoScalingGroup) -> Vec<Object> {
    let policies = group.instance_maintenance_policy.iter();
    policies
        .map(|p| {
            Object::new()
                .with("max_healthy_percentage", p.max_healthy_percentage)
                .with("min_healthy_percentage", p.min_healthy_percentage)
        })
        .collect()
}

fn tags(client: &Client, group: &AutoScalingGroup) -> Vec<Object> {
    let own = group.tags().iter().filter(|t| {
        let key = t.key().unwrap_or_default();
        !key.starts_with("aws:") && !client.tags().ignores(key)
    });
    own.map(|t| {
        Object::new()
            .with("key", t.key())
            .with("propagate_at_launch", t.propagate_at_launch().unwrap_or_default())
            .with("value", t.value().unwrap_or_default())
    })
    .collect()
}

fn sources(group: &AutoScalingGroup) -> Vec<Object> {
    let all = group.traffic_sources().iter();
    all.map(|s| Object::new().with("identifier", s.identifier()).with("type", s.r#type())).collect()
}

/// A pool that is on its way out is none.
fn warm_pool(pool: &WarmPoolConfiguration) -> Option<Object> {
    if pool.status == Some(WarmPoolStatus::PendingDelete) {
        return None;
    }
    let reuse = pool.instance_reuse_policy.iter();
    let reuse = reuse.map(|r| Object::new().with("reuse_on_scale_in", r.reuse_on_scale_in.unwrap_or_default()));
    Some(
        Object::new()
            .with("instance_reuse_policy", reuse.collect::<Vec<_>>())
            .with("max_group_prepared_capacity", pool.max_group_prepared_capacity.unwrap_or(-1))
            .with("min_size", pool.min_size.unwrap_or_default())
            .with("pool_state", pool.pool_state.as_ref().map(WarmPoolState::as_str)),
    )
}

fn template(of: &LaunchTemplateSpecification) -> Object {
    Object::new()
        .with("id", of.launch_template_id())
        .with("name", of.launch_template_name())
        .with("version", of.version())
}

fn specification(of: &LaunchTemplateSpecification) -> Object {
    Object::new()
        .with("launch_template_id", of.launch_template_id())
        .with("launch_template_name", of.launch_template_name())
        .with("version", of.version())
}

fn mixed(policy: &MixedInstancesPolicy) -> Object {
    let distribution = policy.instances_distribution.iter().map(|d| {
        Object::new()
            .with("on_demand_allocation_strategy", d.on_demand_allocation_strategy())
            .with("on_demand_base_capacity", d.on_demand_base_capacity)
            .with("on_demand_percentage_above_base_capacity", d.on_demand_percentage_above_base_capacity)
            .with("spot_allocation_strategy", d.spot_allocation_strategy())
            .with("spot_instance_pools", d.spot_instance_pools)
            .with("spot_max_price", d.spot_max_price().unwrap_or_default())
    });
    let launch = policy.launch_template.iter().map(|t| {
        let overrides = t.overrides().iter().map(|o| {
            Object::new()
                .with(
                    "instance_requirements",
                    o.instance_requirements.iter().map(instance_requirements::object).collect::<Vec<_>>(),
                )
                .with("instance_type", o.instance_type().unwrap_or_default())
                .with(
                    "launch_template_specification",
                    o.launch_template_specification.iter().map(specification).collect::<Vec<_>>(),
                )
                .with("weighted_capacity", o.weighted_capacity().unwrap_or_default())
        });
        Object::new()
            .with(
                "launch_template_specification",
                t.launch_template_specification.iter().map(specification).collect::<Vec<_>>(),
            )
            .with("override", overrides.collect::<Vec<_>>())
    });
    Object::new()
        .with("instances_distribution", distribution.collect::<Vec<_>>())
        .with("launch_template", launch.collect::<Vec<_>>())
}
