//! Schema of `aws_eks_node_group`, and what its plan can already refuse.

use aws_sdk_eks::types::AmiTypes;

use super::read::{cluster_name, kubernetes_version, one_of};
use crate::aws::validate;
use crate::provider::{Object, PlannedChange};
use crate::schema::{Block, Schema, boolean, list_block, list_of, map_of, number, set_block, set_of, string};
use crate::value::{Kind, Type, Value};

pub fn schema() -> Schema {
    let groups = Type::list(Type::object([("name", Type::String)]));
    let resources = Type::object([("autoscaling_groups", groups), ("remote_access_security_group_id", Type::String)]);
    Schema::new(0)
        .attr("ami_type", string().optional().computed().force_new().check(ami_type))
        .attr("arn", string().computed())
        .attr("capacity_type", string().optional().computed().force_new().check(capacity_type))
        .attr("cluster_name", string().required().force_new().check(cluster_name))
        .attr("disk_size", number().optional().computed().force_new())
        .attr("force_update_version", boolean().optional())
        .attr("id", string().optional().computed())
        .attr("instance_types", list_of(Type::String).optional().computed().force_new())
        .attr("labels", map_of(Type::String).optional())
        .attr("node_group_name", string().optional().computed().force_new().check(name))
        .attr("node_group_name_prefix", string().optional().computed().force_new().check(prefix))
        .attr("node_role_arn", string().required().force_new().check(validate::arn))
        .attr("release_version", string().optional().computed())
        .attr("resources", list_of(resources).computed())
        .attr("status", string().computed())
        .attr("subnet_ids", set_of(Type::String).required().force_new())
        .attr("version", string().optional().computed().check(kubernetes_version))
        .block("launch_template", list_block(launch_template()).max(1).force_new())
        .block(
            "node_repair_config",
            list_block(Block::new().attr("enabled", boolean().optional().default(false))).max(1).computed(),
        )
        .block("remote_access", list_block(remote_access()).max(1).force_new())
        .block("scaling_config", list_block(scaling_config()).min(1).max(1))
        .block("taint", set_block(taint()).max(50))
        .block("update_config", list_block(update_config()).max(1).computed())
        .tags()
        .timeouts(&["create", "delete", "update"])
}

fn launch_template() -> Block {
    Block::new()
        .attr("id", string().optional().computed().force_new())
        .attr("name", string().optional().computed().force_new())
        .attr("version", string().required())
}

fn remote_access() -> Block {
    Block::new()
        .attr("ec2_ssh_key", string().optional().force_new())
        .attr("source_security_group_ids", set_of(Type::String).optional().force_new())
}

fn scaling_config() -> Block {
    Block::new()
        .attr("desired_size", number().required().check(not_negative))
        .attr("max_size", number().required().check(positive))
        .attr("min_size", number().required().check(not_negative))
}

fn taint() -> Block {
    Block::new()
        .attr("effect", string().required().check(effect))
        .attr("key", string().required().check(taint_key))
        .attr("value", string().optional().check(taint_value))
}

fn update_config() -> Block {
    Block::new()
        .attr("max_unavailable", number().optional().check(share))
        .attr("max_unavailable_percentage", number().optional().check(share))
}

/// Contradictions between attributes that EKS would refuse only in the middle of an apply.
pub fn check(change: &mut PlannedChange) {
    let config = change.config.clone();
    if config.has("node_group_name") && config.has("node_group_name_prefix") {
        change.error("node_group_name_prefix", "Set either node_group_name or node_group_name_prefix, not both.");
    }
    if let Some(scaling) = config.object("scaling_config") {
        let (min, max) = (scaling.i64("min_size"), scaling.i64("max_size"));
        let desired = scaling.i64("desired_size");
        let ordered = [min, desired, max].into_iter().flatten().collect::<Vec<_>>().is_sorted();
        if !ordered {
            change.error("scaling_config", "The sizes must hold min_size <= desired_size <= max_size.");
        }
    }
    if let Some(update) = config.object("update_config") {
        let keys = ["max_unavailable", "max_unavailable_percentage"];
        let set = keys.iter().filter(|k| update.get(k).is_some_and(|v| !v.is_null())).count();
        if set != 1 {
            change.error("update_config", "Set exactly one of max_unavailable and max_unavailable_percentage.");
        }
    }
    if let Some(template) = config.object("launch_template") {
        let set = ["id", "name"].iter().filter(|k| template.get(k).is_some_and(|v| !v.is_null())).count();
        if set != 1 {
            change.error("launch_template", "Name the launch template by exactly one of id and name.");
        }
        if config.has("disk_size") {
            change.error("disk_size", "With a launch template, the size of the disk must stand in the template.");
        }
        if config.object("remote_access").is_some() {
            change.error("remote_access", "With a launch template, remote access must stand in the template.");
        }
    }
    if config.str("capacity_type") == Some("SPOT") && config.strings("instance_types").len() == 1 {
        let detail = "Spot nodes of a single instance type are interrupted together. Give several instance types.";
        change.warn("instance_types", "Spot capacity of one instance type", detail);
    }
}

fn ami_type(value: &Value) -> Result<(), String> {
    one_of("ami_type", value, AmiTypes::values())
}

fn capacity_type(value: &Value) -> Result<(), String> {
    one_of("capacity_type", value, &["ON_DEMAND", "SPOT", "CAPACITY_BLOCK"])
}

fn effect(value: &Value) -> Result<(), String> {
    one_of("effect", value, &["NO_SCHEDULE", "NO_EXECUTE", "PREFER_NO_SCHEDULE"])
}

fn name(value: &Value) -> Result<(), String> {
    length("node_group_name", value, 0, 63)
}

fn prefix(value: &Value) -> Result<(), String> {
    length("node_group_name_prefix", value, 0, 37)
}

/// A taint without a value has an empty one.
pub fn complete_taints(change: &mut PlannedChange) {
    let Some(Value { kind: Kind::Set(ty, items), marks }) = change.planned.get("taint").cloned() else { return };
    let taints = items.iter().map(|item| {
        let mut taint = Object::from_value(item);
        if taint.get("value").is_some_and(Value::is_null) {
            taint.set("value", "");
        }
        taint.into_value().mark(item.marks)
    });
    let taints = Value::set(ty, taints.collect()).mark(marks);
    change.planned.set("taint", taints);
}

fn taint_key(value: &Value) -> Result<(), String> {
    length("key", value, 1, 63)
}

fn taint_value(value: &Value) -> Result<(), String> {
    length("value", value, 0, 63)
}

fn length(name: &str, value: &Value, least: usize, most: usize) -> Result<(), String> {
    let n = value.as_str().unwrap_or_default().chars().count();
    if (least..=most).contains(&n) { Ok(()) } else { Err(format!("{name} must have {least} to {most} characters.")) }
}

fn not_negative(value: &Value) -> Result<(), String> {
    match value.as_i64() {
        Some(0..) => Ok(()),
        _ => Err("The size must be an integer of at least 0.".into()),
    }
}

fn positive(value: &Value) -> Result<(), String> {
    match value.as_i64() {
        Some(1..) => Ok(()),
        _ => Err("The size must be an integer of at least 1.".into()),
    }
}

fn share(value: &Value) -> Result<(), String> {
    match value.as_i64() {
        Some(1..=100) => Ok(()),
        _ => Err("The value must be an integer from 1 to 100.".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors(config: Object) -> bool {
        let mut change = PlannedChange {
            prior: None,
            planned: config.clone(),
            config,
            replace: Default::default(),
            diagnostics: Default::default(),
        };
        check(&mut change);
        change.diagnostics.has_errors()
    }

    #[test]
    fn contradictions_are_refused() {
        let scaling = |min: i64, desired: i64, max: i64| {
            let sizes = Object::new().with("min_size", min).with("desired_size", desired).with("max_size", max);
            Object::new().with("scaling_config", vec![sizes])
        };
        assert!(!errors(scaling(0, 1, 1)));
        assert!(errors(scaling(2, 1, 3)));
        assert!(errors(scaling(0, 4, 3)));
        let template = Object::new().with("id", "lt-1").with("version", "1");
        let config = Object::new().with("launch_template", vec![template]);
        assert!(!errors(config.clone()));
        assert!(errors(config.with("disk_size", 20)));
    }
}
