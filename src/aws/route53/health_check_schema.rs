//! Schema of `aws_route53_health_check`.

use crate::aws::validate;
use crate::provider::PlannedChange;
use crate::schema::{Normal, Schema, boolean, map_of, number, set_of, string};
use crate::value::{Type, Value};

const KINDS: [&str; 8] = [
    "HTTP",
    "HTTPS",
    "HTTP_STR_MATCH",
    "HTTPS_STR_MATCH",
    "TCP",
    "CALCULATED",
    "CLOUDWATCH_METRIC",
    "RECOVERY_CONTROL",
];

/// Most characters of the name in a reference, which the provider lengthens.
const REFERENCE_NAME: usize = 37;

pub fn schema() -> Schema {
    let text = || string().optional();
    Schema::new(0)
        .attr("arn", string().computed())
        .attr("child_health_threshold", number().optional().check(|v| validate::between(v, 0, 256)))
        .attr("child_healthchecks", set_of(Type::String).optional())
        .attr("cloudwatch_alarm_name", text())
        .attr("cloudwatch_alarm_region", text())
        .attr("disabled", boolean().optional().default(false))
        .attr("enable_sni", boolean().optional().computed())
        .attr("failure_threshold", number().optional().computed().check(|v| validate::between(v, 1, 10)))
        .attr("fqdn", text().check(|v| at_most(v, 255)))
        .attr("id", text().computed())
        .attr("insufficient_data_health_status", text().check(insufficient))
        .attr("invert_healthcheck", boolean().optional())
        .attr("ip_address", text().check(address))
        .attr("measure_latency", boolean().optional().default(false).force_new())
        .attr("port", number().optional().check(|v| validate::between(v, 1, 65_535)))
        .attr("reference_name", text().force_new().check(|v| at_most(v, REFERENCE_NAME)))
        .attr("regions", set_of(Type::String).optional())
        .attr("request_interval", number().optional().force_new().check(interval))
        .attr("resource_path", text().check(|v| at_most(v, 255)))
        .attr("routing_control_arn", text().force_new().check(validate::arn))
        .attr("search_string", text().check(|v| at_most(v, 255)))
        .attr("triggers", map_of(Type::String).optional().computed())
        .attr("type", string().required().force_new().normal(Normal::CaseInsensitive).check(kind))
        .tags()
}

/// What only some kinds of checks have, and others need.
pub fn check(change: &mut PlannedChange) {
    let Some(kind) = change.config.string("type").map(|k| k.to_ascii_uppercase()) else { return };
    if kind == "CLOUDWATCH_METRIC" {
        for needed in ["cloudwatch_alarm_name", "cloudwatch_alarm_region"] {
            if !change.configured(needed) {
                change.error("type", format!("A health check of an alarm needs {needed}."));
            }
        }
    }
    if kind == "RECOVERY_CONTROL" && !change.configured("routing_control_arn") {
        change.error("type", "A health check of a routing control needs routing_control_arn.");
    }
}

fn kind(value: &Value) -> Result<(), String> {
    let text = value.as_str().unwrap_or_default();
    validate::one_of(&Value::text(text.to_ascii_uppercase()), &KINDS)
}

fn insufficient(value: &Value) -> Result<(), String> {
    validate::one_of(value, &["Healthy", "LastKnownStatus", "Unhealthy"])
}

fn interval(value: &Value) -> Result<(), String> {
    match value.as_i64() {
        Some(10 | 30) => Ok(()),
        _ => Err("The interval is 10 or 30 seconds.".into()),
    }
}

fn address(value: &Value) -> Result<(), String> {
    let text = value.as_str().unwrap_or_default();
    match text.parse::<std::net::IpAddr>() {
        Ok(_) => Ok(()),
        Err(_) => Err(format!("\"{text}\" is not an IP address.")),
    }
}

fn at_most(value: &Value, most: usize) -> Result<(), String> {
    let length = value.as_str().unwrap_or_default().chars().count();
    if length > most { Err(format!("The text has {length} characters; {most} are allowed.")) } else { Ok(()) }
}
