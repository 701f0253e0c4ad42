//! Schema of `aws_autoscaling_group`.

use crate::aws::validate;
use crate::provider::parse_duration;
use crate::schema::{
    Attribute, Block, NestedBlock, Schema, boolean, list_block, list_of, number, set_block, set_of, string,
};
use crate::value::{Type, Value};

pub fn schema() -> Schema {
    let text = || string().optional();
    let chosen = || string().optional().computed();
    let ids = || set_of(Type::String).optional().computed();
    let off = || boolean().optional().default(false);
    Schema::new(1)
        .attr("arn", string().computed())
        .attr("availability_zones", ids())
        .attr("capacity_rebalance", boolean().optional())
        .attr("context", text())
        .attr("default_cooldown", number().optional().computed())
        .attr("default_instance_warmup", number().optional())
        .attr("desired_capacity", number().optional().computed())
        .attr("desired_capacity_type", text().check(capacity_type))
        .attr("enabled_metrics", set_of(Type::String).optional())
        .attr("force_delete", off())
        .attr("force_delete_warm_pool", off())
        .attr("health_check_grace_period", number().optional().default(300))
        .attr("health_check_type", chosen())
        .attr("id", chosen())
        .attr("ignore_failed_scaling_activities", off())
        .attr("launch_configuration", text())
        .attr("load_balancers", ids())
        .attr("max_instance_lifetime", number().optional())
        .attr("max_size", number().required())
        .attr("metrics_granularity", text().default("1Minute"))
        .attr("min_elb_capacity", number().optional())
        .attr("min_size", number().required())
        .attr("name", chosen().force_new().check(|v| at_most(v, 255)))
        .attr("name_prefix", chosen().force_new().check(|v| at_most(v, 229)))
        .attr("placement_group", text())
        .attr("predicted_capacity", number().computed())
        .attr("protect_from_scale_in", off())
        .attr("service_linked_role_arn", chosen().check(validate::arn))
        .attr("suspended_processes", set_of(Type::String).optional())
        .attr("target_group_arns", ids())
        .attr("termination_policies", list_of(Type::String).optional())
        .attr("vpc_zone_identifier", ids())
        .attr("wait_for_capacity_timeout", text().default("10m").check(duration))
        .attr("wait_for_elb_capacity", number().optional())
        .attr("warm_pool_size", number().computed())
        .block("availability_zone_distribution", zone_distribution())
        .block("capacity_reservation_specification", reservation())
        .block("initial_lifecycle_hook", set_block(hook()).force_new())
        .block("instance_maintenance_policy", maintenance())
        .block("instance_refresh", refresh())
        .block("launch_template", template("id", "name").computed())
        .block("mixed_instances_policy", mixed())
        .block("tag", set_block(tag()))
        .block("traffic_source", set_block(source()).computed())
        .block("warm_pool", warm_pool())
        .timeouts(&["delete", "update"])
}

fn tag() -> Block {
    Block::new()
        .attr("key", string().required())
        .attr("propagate_at_launch", boolean().required())
        .attr("value", string().required())
}

fn source() -> Block {
    Block::new().attr("identifier", string().required()).attr("type", string().optional())
}

fn zone_distribution() -> NestedBlock {
    let strategy = string().optional().default("balanced-best-effort").check(distribution);
    list_block(Block::new().attr("capacity_distribution_strategy", strategy)).max(1).computed()
}

fn reservation() -> NestedBlock {
    let ids = || list_of(Type::String).optional();
    let target =
        Block::new().attr("capacity_reservation_ids", ids()).attr("capacity_reservation_resource_group_arns", ids());
    let preference = string().optional().computed().check(preference);
    let specification = Block::new()
        .attr("capacity_reservation_preference", preference)
        .block("capacity_reservation_target", list_block(target).max(1));
    list_block(specification).max(1).computed()
}

fn hook() -> Block {
    let fixed = || string().optional().force_new();
    Block::new()
        .attr("default_result", string().optional().computed().force_new().check(result))
        .attr("heartbeat_timeout", number().optional().force_new().check(|v| validate::between(v, 30, 7200)))
        .attr("lifecycle_transition", string().required().force_new().check(transition))
        .attr("name", string().required().force_new())
        .attr("notification_metadata", fixed())
        .attr("notification_target_arn", fixed().check(validate::arn))
        .attr("role_arn", fixed().check(validate::arn))
}

fn maintenance() -> NestedBlock {
    let least = |v: &Value| among(v, 0, 100);
    let most = |v: &Value| among(v, 100, 200);
    let policy = Block::new()
        .attr("max_healthy_percentage", number().required().check(most))
        .attr("min_healthy_percentage", number().required().check(least));
    list_block(policy).max(1)
}

fn refresh() -> NestedBlock {
    let alarms = Block::new().attr("alarms", list_of(Type::String).optional());
    let seconds = || string().optional().check(count);
    let behaviour = || string().optional().default("Ignore");
    let preferences = Block::new()
        .attr("auto_rollback", boolean().optional().default(false))
        .attr("checkpoint_delay", seconds())
        .attr("checkpoint_percentages", list_of(Type::Number).optional())
        .attr("instance_warmup", seconds())
        .attr("max_healthy_percentage", number().optional().default(100).check(|v| validate::between(v, 100, 200)))
        .attr("min_healthy_percentage", number().optional().default(90).check(|v| validate::between(v, 0, 100)))
        .attr("scale_in_protected_instances", behaviour())
        .attr("skip_matching", boolean().optional().default(false))
        .attr("standby_instances", behaviour())
        .block("alarm_specification", list_block(alarms).max(1));
    let refresh = Block::new()
        .attr("strategy", string().required().check(|v| validate::one_of(v, &["Rolling", "ReplaceRootVolume"])))
        .attr("triggers", set_of(Type::String).optional())
        .block("preferences", list_block(preferences).max(1));
    list_block(refresh).max(1)
}

fn warm_pool() -> NestedBlock {
    let reuse = Block::new().attr("reuse_on_scale_in", boolean().optional().default(false));
    let pool = Block::new()
        .attr("max_group_prepared_capacity", number().optional().default(-1))
        .attr("min_size", number().optional().default(0))
        .attr("pool_state", string().optional().default("Stopped").check(pool_state))
        .block("instance_reuse_policy", list_block(reuse).max(1));
    list_block(pool).max(1)
}

/// A reference to a launch template; the names of its attributes differ from place to place.
fn template(id: &str, name: &str) -> NestedBlock {
    let chosen = || string().optional().computed();
    list_block(Block::new().attr(id, chosen()).attr(name, chosen()).attr("version", chosen())).max(1)
}

fn mixed() -> NestedBlock {
    let chosen = || string().optional().computed();
    let count = || number().optional().computed();
    let distribution = Block::new()
        .attr("on_demand_allocation_strategy", chosen())
        .attr("on_demand_base_capacity", count())
        .attr("on_demand_percentage_above_base_capacity", count())
        .attr("spot_allocation_strategy", chosen())
        .attr("spot_instance_pools", count())
        .attr("spot_max_price", string().optional());
    let over = Block::new()
        .attr("instance_type", string().optional())
        .attr("weighted_capacity", string().optional().check(weight))
        .block("instance_requirements", list_block(requirements()).max(1))
        .block("launch_template_specification", template("launch_template_id", "launch_template_name"));
    let launch = Block::new()
        .block("launch_template_specification", template("launch_template_id", "launch_template_name").min(1))
        .block("override", list_block(over).computed());
    let policy = Block::new()
        .block("instances_distribution", list_block(distribution).max(1).computed())
        .block("launch_template", list_block(launch).min(1).max(1));
    list_block(policy).max(1).computed()
}

fn requirements() -> Block {
    let text = || string().optional();
    let texts = || set_of(Type::String).optional();
    let percentage = || number().optional();
    Block::new()
        .attr("accelerator_manufacturers", texts())
        .attr("accelerator_names", texts())
        .attr("accelerator_types", texts())
        .attr("allowed_instance_types", texts())
        .attr("bare_metal", text())
        .attr("burstable_performance", text())
        .attr("cpu_manufacturers", texts())
        .attr("excluded_instance_types", texts())
        .attr("instance_generations", texts())
        .attr("local_storage", text())
        .attr("local_storage_types", texts())
        .attr("max_spot_price_as_percentage_of_optimal_on_demand_price", percentage())
        .attr("on_demand_max_price_percentage_over_lowest_price", percentage())
        .attr("require_hibernate_support", boolean().optional())
        .attr("spot_max_price_percentage_over_lowest_price", percentage())
        .block("accelerator_count", range())
        .block("accelerator_total_memory_mib", range())
        .block("baseline_ebs_bandwidth_mbps", range())
        .block("memory_gib_per_vcpu", range())
        .block("memory_mib", range())
        .block("network_bandwidth_gbps", range())
        .block("network_interface_count", range())
        .block("total_local_storage_gb", range())
        .block("vcpu_count", range())
}

fn range() -> NestedBlock {
    let end = || -> Attribute { number().optional() };
    list_block(Block::new().attr("max", end()).attr("min", end())).max(1)
}

fn at_most(value: &Value, most: usize) -> Result<(), String> {
    match value.as_str() {
        Some(text) if text.chars().count() > most => {
            Err(format!("The text has {} characters; {most} are allowed.", text.chars().count()))
        }
        _ => Ok(()),
    }
}

fn duration(value: &Value) -> Result<(), String> {
    let text = value.as_str().unwrap_or_default();
    match parse_duration(text) {
        Some(_) => Ok(()),
        None if matches!(text, "" | "0") => Ok(()),
        None => Err(format!("\"{text}\" is not a duration such as 10m, or 0 for no waiting.")),
    }
}

fn capacity_type(value: &Value) -> Result<(), String> {
    validate::one_of(value, &["units", "vcpu", "memory-mib"])
}

fn distribution(value: &Value) -> Result<(), String> {
    validate::one_of(value, &["balanced-best-effort", "balanced-only"])
}

fn preference(value: &Value) -> Result<(), String> {
    validate::one_of(value, &["capacity-reservations-only", "capacity-reservations-first", "none", "default"])
}

fn pool_state(value: &Value) -> Result<(), String> {
    validate::one_of(value, &["Stopped", "Running", "Hibernated"])
}

/// What becomes of an instance whose hook is not answered in time.
pub(super) fn result(value: &Value) -> Result<(), String> {
    validate::one_of(value, &["CONTINUE", "ABANDON"])
}

/// When a hook holds an instance.
pub(super) fn transition(value: &Value) -> Result<(), String> {
    validate::one_of(value, &["autoscaling:EC2_INSTANCE_LAUNCHING", "autoscaling:EC2_INSTANCE_TERMINATING"])
}

/// Within the bounds, or -1 for none.
fn among(value: &Value, least: i64, most: i64) -> Result<(), String> {
    match value.as_i64() {
        Some(-1) => Ok(()),
        _ => validate::between(value, least, most)
            .map_err(|_| format!("The value is {least} to {most}, or -1 for none.")),
    }
}

/// A count in text, since an empty one says that there is none.
fn count(value: &Value) -> Result<(), String> {
    match value.as_str() {
        Some(text) if !text.is_empty() && text.parse::<u32>().is_err() => Err(format!("\"{text}\" is not a count.")),
        _ => Ok(()),
    }
}

fn weight(value: &Value) -> Result<(), String> {
    match value.as_str().unwrap_or_default().parse::<u32>() {
        Ok(1..=999) => Ok(()),
        _ => Err("A weight is an integer from 1 to 999.".into()),
    }
}
