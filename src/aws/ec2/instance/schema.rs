//! Schema of `aws_instance`.

use super::user_data;
use crate::aws::validate;
use crate::schema::{
    Block, NestedBlock, Schema, boolean, list_block, list_of, map_of, number, set_block, set_of, string,
};
use crate::value::{Type, Value};

const OLD: &str = "Use cpu_options instead.";

pub fn schema() -> Schema {
    let chosen = || string().optional().computed();
    let schema = Schema::new(1)
        .attr("ami", chosen().force_new())
        .attr("arn", string().computed())
        .attr("associate_public_ip_address", boolean().optional().computed().force_new())
        .attr("availability_zone", chosen().force_new())
        .attr("cpu_core_count", number().optional().computed().force_new().deprecated(OLD))
        .attr("cpu_threads_per_core", number().optional().computed().force_new().deprecated(OLD))
        .attr("disable_api_stop", boolean().optional().computed())
        .attr("disable_api_termination", boolean().optional().computed())
        .attr("ebs_optimized", boolean().optional().computed().force_new())
        .attr("enable_primary_ipv6", boolean().optional().computed())
        .attr("get_password_data", boolean().optional().default(false))
        .attr("hibernation", boolean().optional().force_new())
        .attr("host_id", chosen().force_new())
        .attr("host_resource_group_arn", chosen())
        .attr("iam_instance_profile", chosen())
        .attr("id", chosen())
        .attr("instance_initiated_shutdown_behavior", chosen())
        .attr("instance_lifecycle", string().computed())
        .attr("instance_state", string().computed())
        .attr("instance_type", chosen())
        .attr("ipv6_address_count", number().optional().computed())
        .attr("ipv6_addresses", list_of(Type::String).optional().computed().force_new())
        .attr("key_name", chosen().force_new())
        .attr("monitoring", boolean().optional().computed())
        .attr("outpost_arn", string().computed())
        .attr("password_data", string().computed())
        .attr("placement_group", chosen().force_new())
        .attr("placement_partition_number", number().optional().computed().force_new())
        .attr("primary_network_interface_id", string().computed())
        .attr("private_dns", string().computed())
        .attr("private_ip", chosen().force_new())
        .attr("public_dns", string().computed())
        .attr("public_ip", string().computed())
        .attr("secondary_private_ips", set_of(Type::String).optional().computed())
        .attr("security_groups", set_of(Type::String).optional().computed().force_new())
        .attr("source_dest_check", boolean().optional().default(true))
        .attr("spot_instance_request_id", string().computed())
        .attr("subnet_id", chosen().force_new())
        .attr("tenancy", chosen().force_new().check(tenancy))
        .attr("user_data", chosen().check(size).stored_as(user_data::digest))
        .attr("user_data_base64", chosen().check(base64))
        .attr("user_data_replace_on_change", boolean().optional().default(false))
        .attr("volume_tags", map_of(Type::String).optional())
        .attr("vpc_security_group_ids", set_of(Type::String).optional().computed());
    blocks(schema).tags().timeouts(&["create", "delete", "read", "update"])
}

fn blocks(schema: Schema) -> Schema {
    let chosen = || string().optional().computed();
    schema
        .block(
            "capacity_reservation_specification",
            list_block(
                Block::new().attr("capacity_reservation_preference", string().optional().check(preference)).block(
                    "capacity_reservation_target",
                    list_block(
                        Block::new()
                            .attr("capacity_reservation_id", string().optional())
                            .attr("capacity_reservation_resource_group_arn", string().optional().check(validate::arn)),
                    )
                    .max(1),
                ),
            )
            .max(1)
            .computed(),
        )
        .block(
            "cpu_options",
            list_block(
                Block::new()
                    .attr("amd_sev_snp", chosen().force_new().check(switch))
                    .attr("core_count", number().optional().computed().force_new())
                    .attr("threads_per_core", number().optional().computed().force_new()),
            )
            .max(1)
            .computed(),
        )
        .block(
            "credit_specification",
            list_block(Block::new().attr("cpu_credits", string().optional().check(credits))).max(1),
        )
        .block("ebs_block_device", ebs())
        .block(
            "enclave_options",
            list_block(Block::new().attr("enabled", boolean().optional().computed().force_new())).max(1).computed(),
        )
        .block(
            "ephemeral_block_device",
            set_block(
                Block::new()
                    .attr("device_name", string().required())
                    .attr("no_device", boolean().optional())
                    .attr("virtual_name", string().optional()),
            )
            .computed(),
        )
        .block("instance_market_options", market())
        .block(
            "launch_template",
            list_block(
                Block::new()
                    .attr("id", chosen())
                    .attr("name", chosen())
                    .attr("version", string().optional().default(super::DEFAULT_VERSION)),
            )
            .max(1)
            .force_new(),
        )
        .block(
            "maintenance_options",
            list_block(Block::new().attr("auto_recovery", chosen().check(recovery))).max(1).computed(),
        )
        .block(
            "metadata_options",
            list_block(
                Block::new()
                    .attr("http_endpoint", string().optional().default("enabled").check(switch))
                    .attr("http_protocol_ipv6", string().optional().default("disabled").check(switch))
                    .attr("http_put_response_hop_limit", number().optional().computed().check(hops))
                    .attr("http_tokens", chosen().check(tokens))
                    .attr("instance_metadata_tags", chosen().check(switch)),
            )
            .max(1)
            .computed(),
        )
        .block(
            "network_interface",
            set_block(
                Block::new()
                    .attr("delete_on_termination", boolean().optional().default(false).force_new())
                    .attr("device_index", number().required().force_new())
                    .attr("network_card_index", number().optional().default(0).force_new())
                    .attr("network_interface_id", string().required().force_new()),
            )
            .computed(),
        )
        .block(
            "private_dns_name_options",
            list_block(
                Block::new()
                    .attr("enable_resource_name_dns_a_record", boolean().optional().computed())
                    .attr("enable_resource_name_dns_aaaa_record", boolean().optional().computed())
                    .attr("hostname_type", chosen().check(names)),
            )
            .max(1)
            .computed()
            .force_new(),
        )
        .block("root_block_device", list_block(root()).max(1).computed())
}

/// What a device has that may be changed while the instance keeps it.
fn root() -> Block {
    let counted = || number().optional().computed();
    Block::new()
        .attr("delete_on_termination", boolean().optional().default(true))
        .attr("device_name", string().computed())
        .attr("encrypted", boolean().optional().computed().force_new())
        .attr("iops", counted())
        .attr("kms_key_id", string().optional().computed().force_new())
        .attr("tags", map_of(Type::String).optional())
        .attr("tags_all", map_of(Type::String).optional().computed())
        .attr("throughput", counted())
        .attr("volume_id", string().computed())
        .attr("volume_size", counted())
        .attr("volume_type", string().optional().computed().check(volume_type))
}

fn ebs() -> NestedBlock {
    let counted = || number().optional().computed().force_new();
    let chosen = || string().optional().computed().force_new();
    set_block(
        root()
            .attr("delete_on_termination", boolean().optional().default(true).force_new())
            .attr("device_name", string().required().force_new())
            .attr("iops", counted())
            .attr("snapshot_id", chosen())
            .attr("throughput", counted())
            .attr("volume_size", counted())
            .attr("volume_type", chosen().check(volume_type)),
    )
    .computed()
}

fn market() -> NestedBlock {
    let chosen = || string().optional().computed().force_new();
    list_block(
        Block::new().attr("market_type", chosen().check(market_type)).block(
            "spot_options",
            list_block(
                Block::new()
                    .attr("instance_interruption_behavior", chosen().check(interruption))
                    .attr("max_price", chosen())
                    .attr("spot_instance_type", chosen().check(spot_type))
                    .attr("valid_until", chosen()),
            )
            .max(1)
            .computed()
            .force_new(),
        ),
    )
    .max(1)
    .computed()
    .force_new()
}

type Judged = std::result::Result<(), String>;

fn tenancy(value: &Value) -> Judged {
    validate::one_of(value, &["default", "dedicated", "host"])
}

fn preference(value: &Value) -> Judged {
    validate::one_of(value, &["capacity-reservations-only", "open", "none"])
}

fn switch(value: &Value) -> Judged {
    validate::one_of(value, &["enabled", "disabled"])
}

fn credits(value: &Value) -> Judged {
    validate::one_of(value, &["standard", "unlimited"])
}

fn recovery(value: &Value) -> Judged {
    validate::one_of(value, &["default", "disabled"])
}

fn hops(value: &Value) -> Judged {
    validate::between(value, 1, 64)
}

fn tokens(value: &Value) -> Judged {
    validate::one_of(value, &["optional", "required"])
}

fn names(value: &Value) -> Judged {
    validate::one_of(value, &["ip-name", "resource-name"])
}

fn volume_type(value: &Value) -> Judged {
    validate::one_of(value, &["standard", "io1", "io2", "gp2", "sc1", "st1", "gp3"])
}

fn market_type(value: &Value) -> Judged {
    validate::one_of(value, &["spot", "capacity-block"])
}

fn interruption(value: &Value) -> Judged {
    validate::one_of(value, &["hibernate", "stop", "terminate"])
}

fn spot_type(value: &Value) -> Judged {
    validate::one_of(value, &["one-time", "persistent"])
}

/// Judged without a word of the value, which may be a secret.
fn size(value: &Value) -> Judged {
    if value.as_str().unwrap_or_default().len() <= user_data::MOST {
        return Ok(());
    }
    Err(format!("User data has at most {} bytes.", user_data::MOST))
}

fn base64(value: &Value) -> Judged {
    if user_data::decoded(value.as_str().unwrap_or_default()).is_some() {
        return Ok(());
    }
    Err("The value is not encoded in base64; `user_data` takes plain text.".into())
}
