//! What the provider plans of an `aws_lb_target_group` beyond its schema.

use crate::aws::blocks::each;
use crate::provider::{Object, PlannedChange};
use crate::value::{Type, Value};

use super::naming;

/// Protocols without cookies.
const COOKIELESS: [&str; 5] = ["TCP", "UDP", "TCP_UDP", "TLS", "GENEVE"];
/// What a function has no use for.
const OF_ADDRESSES: [&str; 6] = ["port", "protocol", "vpc_id", "stickiness", "target_failover", "target_group_health"];

pub fn customize(change: &mut PlannedChange) {
    naming::one(change);
    let Some(kind) = change.planned.str("target_type").map(str::to_owned) else { return };
    let protocol = change.planned.string("protocol").unwrap_or_default();
    needed(change, &kind);
    checked(change, &kind, &protocol);
    let prior = change.prior.clone();
    if COOKIELESS.contains(&protocol.as_str()) && change.config.get("stickiness").is_some_and(|v| !v.is_zero()) {
        each(&mut change.planned, prior.as_ref(), "stickiness", &|sticky, before| {
            let kept = before.and_then(|b| b.get("cookie_duration")).cloned();
            sticky.set("cookie_duration", kept.unwrap_or_else(|| Value::null(Type::Number)));
        });
    }
    let Some(prior) = prior else { return };
    if kind == "lambda" {
        for name in OF_ADDRESSES {
            keep(change, &prior, name);
        }
        each(&mut change.planned, Some(&prior), "health_check", &|check, before| {
            for name in ["port", "protocol"] {
                if let Some(kept) = before.and_then(|b| b.get(name)) {
                    check.set(name, kept.clone());
                }
            }
        });
    }
    if kind == "lambda" || !matches!(protocol.as_str(), "HTTP" | "HTTPS") {
        keep(change, &prior, "protocol_version");
    }
}

fn keep(change: &mut PlannedChange, prior: &Object, name: &str) {
    if let Some(kept) = prior.get(name) {
        change.planned.set(name, kept.clone());
    }
}

/// Only functions have no port, protocol and VPC.
fn needed(change: &mut PlannedChange, kind: &str) {
    for name in ["port", "protocol", "vpc_id"] {
        if kind != "lambda" && change.config.get(name).is_none_or(Value::is_null) {
            change.error(name, format!("A target group of target_type \"{kind}\" needs \"{name}\"."));
        }
    }
}

/// A check by TCP asks for no path and compares no answer.
fn checked(change: &mut PlannedChange, kind: &str, protocol: &str) {
    let Some(check) = change.config.object("health_check") else { return };
    if !check.str("protocol").is_some_and(|p| p.eq_ignore_ascii_case("TCP")) {
        return;
    }
    for name in ["matcher", "path"] {
        if check.string(name).is_some() {
            change.error("health_check", format!("A health check by TCP takes no {name}."));
        }
    }
    if kind == "lambda" || matches!(protocol, "HTTP" | "HTTPS") {
        let what = if kind == "lambda" { "functions".to_owned() } else { format!("protocol \"{protocol}\"") };
        change.error("health_check", format!("Targets of {what} are not checked by TCP."));
    }
}
