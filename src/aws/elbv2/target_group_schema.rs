//! Schema and attributes of `aws_lb_target_group`.

use super::attributes::Setting;
use super::naming;
use crate::aws::validate::{between, one_of};
use crate::schema::{Block, NestedBlock, Normal, Schema, boolean, list_block, number, set_of, string};
use crate::value::{Type, Value};

/// Kinds of targets that traffic goes to by address.
const ADDRESSED: &[&str] = &["instance", "ip"];

/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetGroupAttribute.html>
pub const SETTINGS: &[Setting] = &[
    Setting("connection_termination", "deregistration_delay.connection_termination.enabled", ADDRESSED),
    Setting("deregistration_delay", "deregistration_delay.timeout_seconds", ADDRESSED),
    Setting("lambda_multi_value_headers_enabled", "lambda.multi_value_headers.enabled", &["lambda"]),
    Setting("load_balancing_algorithm_type", "load_balancing.algorithm.type", ADDRESSED),
    Setting("load_balancing_anomaly_mitigation", "load_balancing.algorithm.anomaly_mitigation", ADDRESSED),
    Setting("load_balancing_cross_zone_enabled", "load_balancing.cross_zone.enabled", ADDRESSED),
    Setting("preserve_client_ip", "preserve_client_ip.enabled", ADDRESSED),
    Setting("proxy_protocol_v2", "proxy_protocol_v2.enabled", ADDRESSED),
    Setting("slow_start", "slow_start.duration_seconds", ADDRESSED),
];

pub fn schema() -> Schema {
    Schema::new(0)
        .attr("arn", string().computed())
        .attr("arn_suffix", string().computed())
        .attr("connection_termination", boolean().optional().computed())
        .attr("deregistration_delay", string().optional().default("300").check(delay))
        .block("health_check", list_block(health_check()).max(1).computed())
        .attr("id", string().optional().computed())
        .attr("ip_address_type", string().optional().computed().force_new().check(|v| one_of(v, &["ipv4", "ipv6"])))
        .attr("lambda_multi_value_headers_enabled", boolean().optional().default(false))
        .attr("load_balancer_arns", set_of(Type::String).computed())
        .attr("load_balancing_algorithm_type", string().optional().computed().check(algorithm))
        .attr("load_balancing_anomaly_mitigation", string().optional().computed().check(|v| one_of(v, &["on", "off"])))
        .attr("load_balancing_cross_zone_enabled", string().optional().computed().check(cross_zone))
        .attr("name", string().optional().computed().force_new().check(naming::valid))
        .attr("name_prefix", string().optional().computed().force_new().check(naming::valid_prefix))
        .attr("port", number().optional().force_new().check(|v| between(v, 1, 65_535)))
        .attr("preserve_client_ip", string().optional().computed().check(switch))
        .attr("protocol", string().optional().force_new().check(protocol))
        .attr(
            "protocol_version",
            string().optional().computed().force_new().normal(Normal::CaseInsensitive).check(version),
        )
        .attr("proxy_protocol_v2", boolean().optional().default(false))
        .attr("slow_start", number().optional().default(0).check(slow_start))
        .block("stickiness", list_block(stickiness()).max(1).computed())
        .block("target_failover", list_block(failover()).computed())
        .block("target_group_health", group_health())
        .block("target_health_state", list_block(health_state()).computed())
        .attr("target_type", string().optional().default("instance").force_new().check(kind))
        .attr("vpc_id", string().optional().force_new())
        .tags()
}

fn health_check() -> Block {
    let threshold = || number().optional().default(3).check(|v| between(v, 2, 10));
    Block::new()
        .attr("enabled", boolean().optional().default(true))
        .attr("healthy_threshold", threshold())
        .attr("interval", number().optional().default(30).check(|v| between(v, 5, 300)))
        .attr("matcher", string().optional().computed())
        .attr("path", string().optional().computed().check(path))
        .attr("port", string().optional().default("traffic-port").check(check_port))
        .attr("protocol", string().optional().default("HTTP").normal(Normal::CaseInsensitive).check(check_protocol))
        .attr("timeout", number().optional().computed().check(|v| between(v, 2, 120)))
        .attr("unhealthy_threshold", threshold())
}

fn stickiness() -> Block {
    Block::new()
        .attr("cookie_duration", number().optional().default(86_400).check(|v| between(v, 0, 604_800)))
        .attr("cookie_name", string().optional())
        .attr("enabled", boolean().optional().default(true))
        .attr("type", string().required().check(sticky))
}

fn failover() -> Block {
    let where_to = || string().required().check(|v| one_of(v, &["rebalance", "no_rebalance"]));
    Block::new().attr("on_deregistration", where_to()).attr("on_unhealthy", where_to())
}

fn group_health() -> NestedBlock {
    let percentage = || string().optional().default("off").check(percentage);
    let dns = Block::new()
        .attr("minimum_healthy_targets_count", string().optional().default("off").check(count))
        .attr("minimum_healthy_targets_percentage", percentage());
    let routing = Block::new()
        .attr("minimum_healthy_targets_count", number().optional().default(1))
        .attr("minimum_healthy_targets_percentage", percentage());
    let block = Block::new()
        .block("dns_failover", list_block(dns).max(1))
        .block("unhealthy_state_routing", list_block(routing).max(1));
    list_block(block).max(1).computed()
}

fn health_state() -> Block {
    Block::new()
        .attr("enable_unhealthy_connection_termination", boolean().required())
        .attr("unhealthy_draining_interval", number().optional().default(0).check(|v| between(v, 0, 360_000)))
}

/// A whole number from `least` to `most`, as text.
fn number_text(value: &Value, least: i64, most: i64) -> Result<(), String> {
    let text = value.as_str().unwrap_or_default();
    match text.parse::<i64>() {
        Ok(n) if (least..=most).contains(&n) => Ok(()),
        _ => Err(format!("\"{text}\" is not an integer from {least} to {most}.")),
    }
}

fn delay(value: &Value) -> Result<(), String> {
    if value.is_zero() { Ok(()) } else { number_text(value, 0, 3600) }
}

fn switch(value: &Value) -> Result<(), String> {
    one_of(value, &["true", "false", ""])
}

fn algorithm(value: &Value) -> Result<(), String> {
    one_of(value, &["round_robin", "least_outstanding_requests", "weighted_random"])
}

fn cross_zone(value: &Value) -> Result<(), String> {
    one_of(value, &["true", "false", "use_load_balancer_configuration"])
}

fn protocol(value: &Value) -> Result<(), String> {
    one_of(value, &["HTTP", "HTTPS", "TCP", "TLS", "UDP", "TCP_UDP", "GENEVE"])
}

fn check_protocol(value: &Value) -> Result<(), String> {
    let upper = value.as_str().unwrap_or_default().to_ascii_uppercase();
    one_of(&upper.into(), &["HTTP", "HTTPS", "TCP"])
}

fn version(value: &Value) -> Result<(), String> {
    let upper = value.as_str().unwrap_or_default().to_ascii_uppercase();
    one_of(&upper.into(), &["GRPC", "HTTP1", "HTTP2"])
}

fn slow_start(value: &Value) -> Result<(), String> {
    match value.as_i64() {
        Some(0 | 30..=900) => Ok(()),
        _ => Err("The slow start takes 30 to 900 seconds, or 0 for none.".into()),
    }
}

fn kind(value: &Value) -> Result<(), String> {
    one_of(value, &["instance", "ip", "lambda", "alb"])
}

fn path(value: &Value) -> Result<(), String> {
    let text = value.as_str().unwrap_or_default();
    if text.starts_with('/') && text.len() <= 1024 {
        return Ok(());
    }
    Err(format!("\"{text}\": the path of a health check starts with / and has at most 1024 characters."))
}

fn check_port(value: &Value) -> Result<(), String> {
    if value.as_str() == Some("traffic-port") { Ok(()) } else { number_text(value, 1, 65_536) }
}

fn sticky(value: &Value) -> Result<(), String> {
    one_of(value, &["lb_cookie", "app_cookie", "source_ip", "source_ip_dest_ip", "source_ip_dest_ip_proto"])
}

fn count(value: &Value) -> Result<(), String> {
    if value.as_str() == Some("off") { Ok(()) } else { number_text(value, 1, i64::MAX) }
}

fn percentage(value: &Value) -> Result<(), String> {
    if value.as_str() == Some("off") { Ok(()) } else { number_text(value, 1, 100) }
}
