//! Schema of `aws_cloudwatch_event_target`.

use super::rule_name;
use crate::aws::validate;
use crate::schema::{
    Block, NestedBlock, Normal, Schema, boolean, list_block, list_of, map_of, number, set_block, set_of, string,
};
use crate::value::{Type, Value};

pub fn schema() -> Schema {
    Schema::new(1)
        .attr("arn", string().required().check(validate::arn))
        .attr(
            "event_bus_name",
            string().optional().default(rule_name::DEFAULT_BUS).force_new().check(rule_name::valid_bus),
        )
        .attr("force_destroy", boolean().optional().default(false))
        .attr("id", string().optional().computed())
        .attr("input", string().optional().normal(Normal::Json))
        .attr("input_path", string().optional())
        .attr("role_arn", string().optional().check(validate::arn))
        .attr("rule", string().required().force_new().check(rule_name::valid))
        .attr("target_id", string().optional().computed().force_new().check(target_id))
        .block("appsync_target", one(Block::new().attr("graphql_operation", string().optional())))
        .block("batch_target", one(batch()))
        .block("dead_letter_config", one(Block::new().attr("arn", string().optional().check(validate::arn))))
        .block("ecs_target", one(ecs()))
        .block("http_target", one(http()))
        .block("input_transformer", one(transformer()))
        .block("kinesis_target", one(Block::new().attr("partition_key_path", string().optional())))
        .block("redshift_target", one(redshift()))
        .block("retry_policy", one(retry()))
        .block(
            "run_command_targets",
            list_block(Block::new().attr("key", string().required()).attr("values", list_of(Type::String).required()))
                .max(5),
        )
        .block("sagemaker_pipeline_target", one(sagemaker()))
        .block("sqs_target", one(Block::new().attr("message_group_id", string().optional())))
}

fn one(block: Block) -> NestedBlock {
    list_block(block).max(1)
}

fn batch() -> Block {
    Block::new()
        .attr("array_size", number().optional().check(|v| unset_or(v, 2, 10_000)))
        .attr("job_attempts", number().optional().check(|v| unset_or(v, 1, 10)))
        .attr("job_definition", string().required())
        .attr("job_name", string().required())
}

fn ecs() -> Block {
    let provider = Block::new()
        .attr("base", number().optional().check(|v| validate::between(v, 0, 100_000)))
        .attr("capacity_provider", string().required())
        .attr("weight", number().optional().check(|v| validate::between(v, 0, 1000)));
    let network = Block::new()
        .attr("assign_public_ip", boolean().optional().default(false))
        .attr("security_groups", set_of(Type::String).optional())
        .attr("subnets", set_of(Type::String).required());
    let strategy = Block::new().attr("field", string().optional()).attr("type", string().required().check(placement));
    let constraint =
        Block::new().attr("expression", string().optional()).attr("type", string().required().check(constraint));
    Block::new()
        .attr("enable_ecs_managed_tags", boolean().optional().default(false))
        .attr("enable_execute_command", boolean().optional().default(false))
        .attr("group", string().optional())
        .attr("launch_type", string().optional().check(launch_type))
        .attr("platform_version", string().optional())
        .attr("propagate_tags", string().optional().check(|v| validate::one_of(v, &["TASK_DEFINITION"])))
        .attr("tags", map_of(Type::String).optional())
        .attr("task_count", number().optional().default(1).check(|v| validate::between(v, 1, i64::from(i32::MAX))))
        .attr("task_definition_arn", string().required().check(validate::arn))
        .block("capacity_provider_strategy", set_block(provider))
        .block("network_configuration", one(network))
        .block("ordered_placement_strategy", list_block(strategy).max(5))
        .block("placement_constraint", set_block(constraint).max(10))
}

fn http() -> Block {
    Block::new()
        .attr("header_parameters", map_of(Type::String).optional())
        .attr("path_parameter_values", list_of(Type::String).optional())
        .attr("query_string_parameters", map_of(Type::String).optional())
}

fn transformer() -> Block {
    Block::new()
        .attr("input_paths", map_of(Type::String).optional().check(input_paths))
        .attr("input_template", string().required().check(template))
}

fn redshift() -> Block {
    Block::new()
        .attr("database", string().required())
        .attr("db_user", string().optional())
        .attr("secrets_manager_arn", string().optional().check(validate::arn))
        .attr("sql", string().optional())
        .attr("statement_name", string().optional())
        .attr("with_event", boolean().optional())
}

fn retry() -> Block {
    Block::new()
        .attr("maximum_event_age_in_seconds", number().optional().check(|v| validate::between(v, 60, 86_400)))
        .attr("maximum_retry_attempts", number().optional().check(|v| validate::between(v, 0, 185)))
}

fn sagemaker() -> Block {
    let parameter = Block::new().attr("name", string().required()).attr("value", string().required());
    Block::new().block("pipeline_parameter_list", set_block(parameter).max(200))
}

/// Below the top of an object, zero stands for what is not set.
fn unset_or(value: &Value, least: i64, most: i64) -> Result<(), String> {
    if value.as_i64() == Some(0) { Ok(()) } else { validate::between(value, least, most) }
}

fn target_id(value: &Value) -> Result<(), String> {
    let text = value.as_str().unwrap_or_default();
    let allowed = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    if (1..=64).contains(&text.len()) && text.chars().all(allowed) {
        Ok(())
    } else {
        Err(format!("\"{text}\" must have 1 to 64 letters, digits and characters of ._-"))
    }
}

fn input_paths(value: &Value) -> Result<(), String> {
    let keys: Vec<&str> = value.as_map().into_iter().flatten().map(|(k, _)| &**k).collect();
    if keys.len() > 100 {
        return Err(format!("There are {} paths, more than 100.", keys.len()));
    }
    match keys.iter().find(|k| k.starts_with("AWS")) {
        Some(key) => Err(format!("\"{key}\" must not begin with AWS.")),
        None => Ok(()),
    }
}

fn template(value: &Value) -> Result<(), String> {
    match value.as_str().map(str::len) {
        Some(1..=8192) | None => Ok(()),
        Some(length) => Err(format!("The template has {length} characters; it must have 1 to 8192.")),
    }
}

fn launch_type(value: &Value) -> Result<(), String> {
    validate::one_of(value, &["EC2", "FARGATE", "EXTERNAL"])
}

fn placement(value: &Value) -> Result<(), String> {
    validate::one_of(value, &["random", "spread", "binpack"])
}

fn constraint(value: &Value) -> Result<(), String> {
    validate::one_of(value, &["distinctInstance", "memberOf"])
}
