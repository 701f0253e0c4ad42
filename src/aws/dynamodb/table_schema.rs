//! Schema of `aws_dynamodb_table`, and what must fit together in it.

use std::collections::BTreeSet;

use crate::aws::validate;
use crate::provider::{Object, PlannedChange};
use crate::schema::{Block, Schema, boolean, list_block, list_of, number, set_block, set_of, string};
use crate::value::{Type, Value};

/// What kiban does not do for a table.
const UNSUPPORTED: [(&str, &str); 6] = [
    ("import_table", "imports of tables"),
    ("replica", "replicas"),
    ("restore_date_time", "restored tables"),
    ("restore_source_name", "restored tables"),
    ("restore_source_table_arn", "restored tables"),
    ("restore_to_latest_time", "restored tables"),
];

pub fn schema() -> Schema {
    let text = || string().optional();
    let attribute = Block::new().attr("name", string().required()).attr("type", string().required().check(scalar));
    let on_demand = || {
        Block::new()
            .attr("max_read_request_units", number().optional().computed())
            .attr("max_write_request_units", number().optional().computed())
    };
    let global = Block::new()
        .attr("hash_key", string().required())
        .attr("name", string().required())
        .attr("non_key_attributes", set_of(Type::String).optional())
        .attr("projection_type", string().required().check(projection))
        .attr("range_key", text())
        .attr("read_capacity", number().optional().computed())
        .attr("write_capacity", number().optional().computed())
        .block("on_demand_throughput", list_block(on_demand()).max(1));
    let local = Block::new()
        .attr("name", string().required().force_new())
        .attr("non_key_attributes", list_of(Type::String).optional().force_new())
        .attr("projection_type", string().required().force_new().check(projection))
        .attr("range_key", string().required().force_new());
    let recovery = Block::new()
        .attr("enabled", boolean().required())
        .attr("recovery_period_in_days", number().optional().computed().check(recovery_period));
    let replica = Block::new()
        .attr("arn", string().computed())
        .attr("kms_key_arn", text().computed().check(validate::arn))
        .attr("point_in_time_recovery", boolean().optional().default(false))
        .attr("propagate_tags", boolean().optional().default(false))
        .attr("region_name", string().required())
        .attr("stream_arn", string().computed())
        .attr("stream_label", string().computed());
    let encryption =
        Block::new().attr("enabled", boolean().required()).attr("kms_key_arn", text().computed().check(validate::arn));
    let ttl = Block::new().attr("attribute_name", text()).attr("enabled", boolean().optional().default(false));
    Schema::new(1)
        .attr("arn", string().computed())
        .attr("billing_mode", text().default("PROVISIONED").check(billing))
        .attr("deletion_protection_enabled", boolean().optional())
        .attr("hash_key", text().computed().force_new())
        .attr("id", text().computed())
        .attr("name", string().required().force_new().check(name))
        .attr("range_key", text().force_new())
        .attr("read_capacity", number().optional().computed())
        .attr("restore_date_time", text().force_new())
        .attr("restore_source_name", text().force_new())
        .attr("restore_source_table_arn", text().force_new().check(validate::arn))
        .attr("restore_to_latest_time", boolean().optional().force_new())
        .attr("stream_arn", string().computed())
        .attr("stream_enabled", boolean().optional())
        .attr("stream_label", string().computed())
        .attr("stream_view_type", text().computed().check(view))
        .attr("table_class", text().default("STANDARD").check(class))
        .attr("write_capacity", number().optional().computed())
        .block("attribute", set_block(attribute))
        .block("global_secondary_index", set_block(global))
        .block("import_table", list_block(import()).max(1).force_new())
        .block("local_secondary_index", set_block(local).force_new())
        .block("on_demand_throughput", list_block(on_demand()).max(1))
        .block("point_in_time_recovery", list_block(recovery).max(1).computed())
        .block("replica", set_block(replica))
        .block("server_side_encryption", list_block(encryption).max(1).computed())
        .block("ttl", list_block(ttl).max(1).computed())
        .tags()
        .timeouts(&["create", "delete", "update"])
}

fn import() -> Block {
    let csv = Block::new()
        .attr("delimiter", string().optional().force_new())
        .attr("header_list", set_of(Type::String).optional().force_new());
    let source = Block::new()
        .attr("bucket", string().required().force_new())
        .attr("bucket_owner", string().optional().force_new())
        .attr("key_prefix", string().optional().force_new());
    Block::new()
        .attr("input_compression_type", string().optional().force_new())
        .attr("input_format", string().required().force_new())
        .block(
            "input_format_options",
            list_block(Block::new().block("csv", list_block(csv).max(1).force_new())).max(1).force_new(),
        )
        .block("s3_bucket_source", list_block(source).min(1).max(1).force_new())
}

/// What a configuration says that no table can be.
pub fn check(change: &mut PlannedChange) {
    for (attribute, what) in UNSUPPORTED {
        if change.config.get(attribute).is_some_and(|v| !v.is_null() && !v.is_zero()) {
            change.error(attribute, format!("kiban does not make {what} of DynamoDB."));
        }
    }
    let config = change.config.clone();
    if config.get("hash_key").is_none_or(Value::is_null) {
        change.error("hash_key", "A table needs a hash_key.");
    }
    let blocks = ["attribute", "global_secondary_index", "local_secondary_index", "hash_key", "range_key"];
    if !blocks.iter().any(|name| config.is_unknown(name)) {
        let (defined, used) = (names(&config, "attribute", &["name"]), keys(&config));
        let list = |names: Vec<&String>| names.into_iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        let unused = list(defined.difference(&used).collect());
        if !unused.is_empty() {
            change.error(
                "attribute",
                format!("Only keys of the table and of its indexes are attributes; unused: {unused}."),
            );
        }
        let missing = list(used.difference(&defined).collect());
        if !missing.is_empty() {
            change.error("attribute", format!("Every key needs an attribute block; there is none for: {missing}."));
        }
    }
    let provisioned = match config.get("billing_mode") {
        Some(mode) if !mode.is_known() => return,
        mode => mode.and_then(Value::as_str).is_none_or(|m| m == "PROVISIONED"),
    };
    for capacity in ["read_capacity", "write_capacity"] {
        let given = config.get(capacity).filter(|v| !v.is_null());
        if provisioned && given.is_none_or(|v| v.is_known() && v.as_i64().is_none_or(|n| n < 1)) {
            change.error(capacity, format!("{capacity} must be at least 1 where billing_mode is PROVISIONED."));
        } else if !provisioned && given.is_some_and(|v| v.as_i64().is_some_and(|n| n != 0)) {
            change.error(capacity, format!("{capacity} cannot be set where billing_mode is PAY_PER_REQUEST."));
        }
    }
    let enabled = config.bool("stream_enabled") == Some(true);
    if enabled && !change.configured("stream_view_type") {
        change.error("stream_view_type", "A stream needs a stream_view_type.");
    }
}

fn keys(config: &Object) -> BTreeSet<String> {
    let mut used = names(config, "global_secondary_index", &["hash_key", "range_key"]);
    used.extend(names(config, "local_secondary_index", &["range_key"]));
    used.extend(["hash_key", "range_key"].iter().filter_map(|k| config.string(k)));
    used
}

fn names(config: &Object, block: &str, attributes: &[&str]) -> BTreeSet<String> {
    let blocks = config.objects(block);
    blocks.iter().flat_map(|b| attributes.iter().filter_map(|a| b.string(a)).collect::<Vec<_>>()).collect()
}

fn name(value: &Value) -> Result<(), String> {
    let text = value.as_str().unwrap_or_default();
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    if (3..=255).contains(&text.len()) && text.chars().all(allowed) {
        Ok(())
    } else {
        Err(format!("\"{text}\" must have 3 to 255 letters, digits and characters of _.-"))
    }
}

/// Zero stands for what is not set.
fn recovery_period(value: &Value) -> Result<(), String> {
    if value.as_i64() == Some(0) { Ok(()) } else { validate::between(value, 1, 35) }
}

fn billing(value: &Value) -> Result<(), String> {
    validate::one_of(value, &["PROVISIONED", "PAY_PER_REQUEST"])
}

fn class(value: &Value) -> Result<(), String> {
    validate::one_of(value, &["STANDARD", "STANDARD_INFREQUENT_ACCESS"])
}

fn projection(value: &Value) -> Result<(), String> {
    validate::one_of(value, &["ALL", "INCLUDE", "KEYS_ONLY"])
}

fn scalar(value: &Value) -> Result<(), String> {
    validate::one_of(value, &["B", "N", "S"])
}

fn view(value: &Value) -> Result<(), String> {
    validate::one_of(value, &["", "KEYS_ONLY", "NEW_AND_OLD_IMAGES", "NEW_IMAGE", "OLD_IMAGE"])
}
