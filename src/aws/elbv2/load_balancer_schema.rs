//! Schema and attributes of `aws_lb`.

use super::attributes::Setting;
use super::naming;
use crate::aws::validate::one_of;
use crate::schema::{Block, NestedBlock, Schema, boolean, list_block, number, set_block, set_of, string};
use crate::value::{Type, Value};

const APPLICATION: &[&str] = &["application"];
const NETWORK: &[&str] = &["network"];
const ROUTED: &[&str] = &["application", "network"];

/// An application load balancer always balances across zones.
///
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancerAttribute.html>
pub const SETTINGS: &[Setting] = &[
    Setting("client_keep_alive", "client_keep_alive.seconds", APPLICATION),
    Setting("desync_mitigation_mode", "routing.http.desync_mitigation_mode", APPLICATION),
    Setting("dns_record_client_routing_policy", "dns_record.client_routing_policy", NETWORK),
    Setting("drop_invalid_header_fields", "routing.http.drop_invalid_header_fields.enabled", APPLICATION),
    Setting("enable_cross_zone_load_balancing", "load_balancing.cross_zone.enabled", &["network", "gateway"]),
    Setting("enable_deletion_protection", "deletion_protection.enabled", &["application", "network", "gateway"]),
    Setting("enable_http2", "routing.http2.enabled", APPLICATION),
    Setting(
        "enable_tls_version_and_cipher_suite_headers",
        "routing.http.x_amzn_tls_version_and_cipher_suite.enabled",
        APPLICATION,
    ),
    Setting("enable_waf_fail_open", "waf.fail_open.enabled", APPLICATION),
    Setting("enable_xff_client_port", "routing.http.xff_client_port.enabled", APPLICATION),
    Setting("enable_zonal_shift", "zonal_shift.config.enabled", ROUTED),
    Setting("idle_timeout", "idle_timeout.timeout_seconds", APPLICATION),
    Setting("preserve_host_header", "routing.http.preserve_host_header.enabled", APPLICATION),
    Setting("xff_header_processing_mode", "routing.http.xff_header_processing.mode", APPLICATION),
];

/// Arguments that are no attributes of the API, and the kinds that have them.
pub const OTHERS: &[(&str, &[&str])] = &[
    ("enforce_security_group_inbound_rules_on_private_link_traffic", NETWORK),
    ("ipam_pools", APPLICATION),
    ("minimum_load_balancer_capacity", ROUTED),
];

/// Attributes that AWS writes logs by, and the kinds that have them.
pub const LOGS: &[(&str, &[&str])] = &[("access_logs", ROUTED), ("connection_logs", APPLICATION)];

pub fn schema() -> Schema {
    let switch = |on: bool| boolean().optional().default(on);
    Schema::new(0)
        .block("access_logs", logs())
        .attr("arn", string().computed())
        .attr("arn_suffix", string().computed())
        .attr("client_keep_alive", number().optional().default(3600))
        .block("connection_logs", logs())
        .attr("customer_owned_ipv4_pool", string().optional().force_new())
        .attr("desync_mitigation_mode", string().optional().default("defensive").check(desync))
        .attr("dns_name", string().computed())
        .attr("dns_record_client_routing_policy", string().optional().default("any_availability_zone").check(affinity))
        .attr("drop_invalid_header_fields", switch(false))
        .attr("enable_cross_zone_load_balancing", switch(false))
        .attr("enable_deletion_protection", switch(false))
        .attr("enable_http2", switch(true))
        .attr("enable_tls_version_and_cipher_suite_headers", switch(false))
        .attr("enable_waf_fail_open", switch(false))
        .attr("enable_xff_client_port", switch(false))
        .attr("enable_zonal_shift", switch(false))
        .attr(
            "enforce_security_group_inbound_rules_on_private_link_traffic",
            string().optional().computed().check(on_or_off),
        )
        .attr("id", string().optional().computed())
        .attr("idle_timeout", number().optional().default(60))
        .attr("internal", boolean().optional().computed().force_new())
        .attr("ip_address_type", string().optional().computed().check(address_type))
        .block("ipam_pools", list_block(Block::new().attr("ipv4_ipam_pool_id", string().required())).max(1))
        .attr("load_balancer_type", string().optional().default("application").force_new().check(kind))
        .block(
            "minimum_load_balancer_capacity",
            list_block(Block::new().attr("capacity_units", number().required())).max(1),
        )
        .attr("name", string().optional().computed().force_new().check(naming::valid_balancer))
        .attr("name_prefix", string().optional().computed().force_new().check(naming::valid_prefix))
        .attr("preserve_host_header", switch(false))
        .attr("security_groups", set_of(Type::String).optional().computed())
        .block(
            "subnet_mapping",
            set_block(
                Block::new()
                    .attr("allocation_id", string().optional())
                    .attr("ipv6_address", string().optional().check(v6))
                    .attr("outpost_id", string().computed())
                    .attr("private_ipv4_address", string().optional().check(v4))
                    .attr("subnet_id", string().required()),
            )
            .computed(),
        )
        .attr("subnets", set_of(Type::String).optional().computed())
        .attr("vpc_id", string().computed())
        .attr("xff_header_processing_mode", string().optional().default("append").check(forwarded))
        .attr("zone_id", string().computed())
        .tags()
        .timeouts(&["create", "delete", "update"])
}

fn logs() -> NestedBlock {
    let block = Block::new()
        .attr("bucket", string().required())
        .attr("enabled", boolean().optional().default(false))
        .attr("prefix", string().optional());
    list_block(block).max(1)
}

fn desync(value: &Value) -> Result<(), String> {
    one_of(value, &["monitor", "defensive", "strictest"])
}

fn affinity(value: &Value) -> Result<(), String> {
    one_of(value, &["availability_zone_affinity", "partial_availability_zone_affinity", "any_availability_zone"])
}

fn on_or_off(value: &Value) -> Result<(), String> {
    one_of(value, &["on", "off"])
}

fn address_type(value: &Value) -> Result<(), String> {
    one_of(value, &["ipv4", "dualstack", "dualstack-without-public-ipv4"])
}

fn kind(value: &Value) -> Result<(), String> {
    one_of(value, &["application", "network", "gateway"])
}

fn forwarded(value: &Value) -> Result<(), String> {
    one_of(value, &["append", "preserve", "remove"])
}

fn v4(value: &Value) -> Result<(), String> {
    let text = value.as_str().unwrap_or_default();
    text.parse::<std::net::Ipv4Addr>().map(drop).map_err(|_| format!("\"{text}\" is not an IPv4 address."))
}

fn v6(value: &Value) -> Result<(), String> {
    let text = value.as_str().unwrap_or_default();
    text.parse::<std::net::Ipv6Addr>().map(drop).map_err(|_| format!("\"{text}\" is not an IPv6 address."))
}
