//! Schema of `aws_launch_template`.

use crate::aws::validate;
use crate::schema::{Block, NestedBlock, Schema, boolean, list_block, map_of, number, set_block, set_of, string};
use crate::value::{Type, Value};

const NO_GRAPHICS: &str = "AWS has ended Elastic Graphics.";

const NO_INFERENCE: &str = "AWS has ended Elastic Inference.";

pub fn schema() -> Schema {
    Schema::new(0)
        .attr("arn", string().computed())
        .attr("default_version", number().optional().computed())
        .attr("description", string().optional())
        .attr("disable_api_stop", boolean().optional())
        .attr("disable_api_termination", boolean().optional())
        .attr("ebs_optimized", string().optional().check(flag))
        .attr("id", string().optional().computed())
        .attr("image_id", string().optional())
        .attr("instance_initiated_shutdown_behavior", string().optional())
        .attr("instance_type", string().optional())
        .attr("kernel_id", string().optional())
        .attr("key_name", string().optional())
        .attr("latest_version", number().computed())
        .attr("name", string().optional().computed().force_new().check(name))
        .attr("name_prefix", string().optional().computed().force_new().check(name))
        .attr("ram_disk_id", string().optional())
        .attr("security_group_names", set_of(Type::String).optional())
        .attr("update_default_version", boolean().optional())
        .attr("user_data", string().optional())
        .attr("vpc_security_group_ids", set_of(Type::String).optional())
        .block(
            "block_device_mappings",
            list_block(
                Block::new()
                    .attr("device_name", string().optional())
                    .attr("no_device", string().optional())
                    .attr("virtual_name", string().optional())
                    .block(
                        "ebs",
                        list_block(
                            Block::new()
                                .attr("delete_on_termination", string().optional().check(flag))
                                .attr("encrypted", string().optional().check(flag))
                                .attr("iops", number().optional().computed())
                                .attr("kms_key_id", string().optional().check(validate::arn))
                                .attr("snapshot_id", string().optional())
                                .attr("throughput", number().optional().computed())
                                .attr("volume_initialization_rate", number().optional().computed())
                                .attr("volume_size", number().optional().computed())
                                .attr("volume_type", string().optional().computed()),
                        )
                        .max(1),
                    ),
            ),
        )
        .block(
            "capacity_reservation_specification",
            list_block(
                Block::new().attr("capacity_reservation_preference", string().optional()).block(
                    "capacity_reservation_target",
                    list_block(
                        Block::new()
                            .attr("capacity_reservation_id", string().optional())
                            .attr("capacity_reservation_resource_group_arn", string().optional().check(validate::arn)),
                    )
                    .max(1),
                ),
            )
            .max(1),
        )
        .block(
            "cpu_options",
            list_block(
                Block::new()
                    .attr("amd_sev_snp", string().optional())
                    .attr("core_count", number().optional())
                    .attr("threads_per_core", number().optional()),
            )
            .max(1),
        )
        .block("credit_specification", list_block(Block::new().attr("cpu_credits", string().optional())).max(1))
        .block("elastic_gpu_specifications", list_block(accelerator()).deprecated(NO_GRAPHICS))
        .block("elastic_inference_accelerator", list_block(accelerator()).max(1).deprecated(NO_INFERENCE))
        .block("enclave_options", list_block(Block::new().attr("enabled", boolean().optional())).max(1))
        .block("hibernation_options", list_block(Block::new().attr("configured", boolean().required())).max(1))
        .block(
            "iam_instance_profile",
            list_block(
                Block::new().attr("arn", string().optional().check(validate::arn)).attr("name", string().optional()),
            )
            .max(1),
        )
        .block(
            "instance_market_options",
            list_block(
                Block::new().attr("market_type", string().optional()).block(
                    "spot_options",
                    list_block(
                        Block::new()
                            .attr("block_duration_minutes", number().optional())
                            .attr("instance_interruption_behavior", string().optional())
                            .attr("max_price", string().optional())
                            .attr("spot_instance_type", string().optional())
                            .attr("valid_until", string().optional().computed()),
                    )
                    .max(1),
                ),
            )
            .max(1),
        )
        .block("instance_requirements", instance_requirements())
        .block(
            "license_specification",
            set_block(Block::new().attr("license_configuration_arn", string().required().check(validate::arn))),
        )
        .block("maintenance_options", list_block(Block::new().attr("auto_recovery", string().optional())).max(1))
        .block(
            "metadata_options",
            list_block(
                Block::new()
                    .attr("http_endpoint", string().optional().computed())
                    .attr("http_protocol_ipv6", string().optional().computed())
                    .attr("http_put_response_hop_limit", number().optional().computed())
                    .attr("http_tokens", string().optional().computed())
                    .attr("instance_metadata_tags", string().optional().computed()),
            )
            .max(1)
            .computed(),
        )
        .block("monitoring", list_block(Block::new().attr("enabled", boolean().optional())).max(1))
        .block("network_interfaces", network_interfaces())
        .block(
            "placement",
            list_block(
                Block::new()
                    .attr("affinity", string().optional())
                    .attr("availability_zone", string().optional())
                    .attr("group_name", string().optional())
                    .attr("host_id", string().optional())
                    .attr("host_resource_group_arn", string().optional().check(validate::arn))
                    .attr("partition_number", number().optional())
                    .attr("spread_domain", string().optional())
                    .attr("tenancy", string().optional()),
            )
            .max(1),
        )
        .block(
            "private_dns_name_options",
            list_block(
                Block::new()
                    .attr("enable_resource_name_dns_a_record", boolean().optional())
                    .attr("enable_resource_name_dns_aaaa_record", boolean().optional())
                    .attr("hostname_type", string().optional()),
            )
            .max(1),
        )
        .block(
            "tag_specifications",
            list_block(
                Block::new().attr("resource_type", string().optional()).attr("tags", map_of(Type::String).optional()),
            ),
        )
        .tags()
}

fn network_interfaces() -> NestedBlock {
    list_block(
        Block::new()
            .attr("associate_carrier_ip_address", string().optional().check(flag))
            .attr("associate_public_ip_address", string().optional().check(flag))
            .attr("delete_on_termination", string().optional().check(flag))
            .attr("description", string().optional())
            .attr("device_index", number().optional())
            .attr("interface_type", string().optional())
            .attr("ipv4_address_count", number().optional())
            .attr("ipv4_addresses", set_of(Type::String).optional())
            .attr("ipv4_prefix_count", number().optional())
            .attr("ipv4_prefixes", set_of(Type::String).optional())
            .attr("ipv6_address_count", number().optional())
            .attr("ipv6_addresses", set_of(Type::String).optional())
            .attr("ipv6_prefix_count", number().optional())
            .attr("ipv6_prefixes", set_of(Type::String).optional())
            .attr("network_card_index", number().optional())
            .attr("network_interface_id", string().optional())
            .attr("primary_ipv6", string().optional().check(flag))
            .attr("private_ip_address", string().optional())
            .attr("security_groups", set_of(Type::String).optional())
            .attr("subnet_id", string().optional())
            .block(
                "connection_tracking_specification",
                list_block(
                    Block::new()
                        .attr("tcp_established_timeout", number().optional())
                        .attr("udp_stream_timeout", number().optional())
                        .attr("udp_timeout", number().optional()),
                )
                .max(1),
            )
            .block(
                "ena_srd_specification",
                list_block(Block::new().attr("ena_srd_enabled", boolean().optional()).block(
                    "ena_srd_udp_specification",
                    list_block(Block::new().attr("ena_srd_udp_enabled", boolean().optional())).max(1),
                ))
                .max(1),
            ),
    )
}

fn instance_requirements() -> NestedBlock {
    list_block(
        Block::new()
            .attr("accelerator_manufacturers", set_of(Type::String).optional())
            .attr("accelerator_names", set_of(Type::String).optional())
            .attr("accelerator_types", set_of(Type::String).optional())
            .attr("allowed_instance_types", set_of(Type::String).optional())
            .attr("bare_metal", string().optional())
            .attr("burstable_performance", string().optional())
            .attr("cpu_manufacturers", set_of(Type::String).optional())
            .attr("excluded_instance_types", set_of(Type::String).optional())
            .attr("instance_generations", set_of(Type::String).optional())
            .attr("local_storage", string().optional())
            .attr("local_storage_types", set_of(Type::String).optional())
            .attr("max_spot_price_as_percentage_of_optimal_on_demand_price", number().optional())
            .attr("on_demand_max_price_percentage_over_lowest_price", number().optional())
            .attr("require_hibernate_support", boolean().optional())
            .attr("spot_max_price_percentage_over_lowest_price", number().optional())
            .block("accelerator_count", range())
            .block("accelerator_total_memory_mib", range())
            .block("baseline_ebs_bandwidth_mbps", range())
            .block("memory_gib_per_vcpu", range())
            .block(
                "memory_mib",
                list_block(Block::new().attr("max", number().optional()).attr("min", number().required()))
                    .min(1)
                    .max(1),
            )
            .block("network_bandwidth_gbps", range())
            .block("network_interface_count", range())
            .block("total_local_storage_gb", range())
            .block(
                "vcpu_count",
                list_block(Block::new().attr("max", number().optional()).attr("min", number().required()))
                    .min(1)
                    .max(1),
            ),
    )
    .max(1)
}

fn range() -> NestedBlock {
    list_block(Block::new().attr("max", number().optional()).attr("min", number().optional())).max(1)
}

/// A switch that is also allowed to be absent: text, so that absent is not off.
fn flag(value: &Value) -> Result<(), String> {
    match value.as_str() {
        Some("" | "true" | "false" | "0" | "1") => Ok(()),
        _ => Err("The value is \"true\", \"false\" or \"\".".into()),
    }
}

fn name(value: &Value) -> Result<(), String> {
    let text = value.as_str().unwrap_or_default();
    let allowed = |c: char| c.is_ascii_alphanumeric() || "().-/_".contains(c);
    if text.is_empty() || (3..=128).contains(&text.len()) && text.chars().all(allowed) {
        Ok(())
    } else {
        Err(format!("\"{text}\" is no name for a launch template: 3 to 128 letters, digits and ().-/_"))
    }
}

fn accelerator() -> Block {
    Block::new().attr("type", string().required())
}
