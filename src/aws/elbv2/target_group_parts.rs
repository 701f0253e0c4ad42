//! Nested blocks of `aws_lb_target_group`: what they are in the API, and back.

use aws_sdk_elasticloadbalancingv2::types::{Matcher, TargetGroup};

use super::attributes::{Live, text};
use crate::provider::Object;

const DNS: &str = "target_group_health.dns_failover.minimum_healthy_targets";
const ROUTING: &str = "target_group_health.unhealthy_state_routing.minimum_healthy_targets";
const STATE: &str = "target_health_state.unhealthy";

/// Nested blocks that the API has as attributes.
pub const BLOCKS: [&str; 4] = ["stickiness", "target_failover", "target_group_health", "target_health_state"];

fn is_http(protocol: &str) -> bool {
    matches!(protocol, "HTTP" | "HTTPS")
}

/// Attributes of the API that a block stands for.
pub fn wanted(want: &Object, block: &str, protocol: &str) -> Vec<(String, String)> {
    let Some(object) = want.object(block) else { return Vec::new() };
    let pair = |key: String, of: &Object, name: &str| Some((key, text(of.get(name))?));
    let pairs = match block {
        "stickiness" => sticky(&object, protocol),
        "target_failover" if protocol == "GENEVE" => ["on_deregistration", "on_unhealthy"]
            .map(|name| pair(format!("target_failover.{name}"), &object, name))
            .to_vec(),
        "target_group_health" if protocol != "GENEVE" => [("dns_failover", DNS), ("unhealthy_state_routing", ROUTING)]
            .into_iter()
            .filter_map(|(name, key)| Some((object.object(name)?, key)))
            .flat_map(|(part, key)| {
                let of = |end: &str| pair(format!("{key}.{end}"), &part, &format!("minimum_healthy_targets_{end}"));
                [of("count"), of("percentage")]
            })
            .collect(),
        "target_health_state" if matches!(protocol, "TCP" | "TLS") => vec![
            pair(format!("{STATE}.connection_termination.enabled"), &object, "enable_unhealthy_connection_termination"),
            pair(format!("{STATE}.draining_interval_seconds"), &object, "unhealthy_draining_interval"),
        ],
        _ => Vec::new(),
    };
    pairs.into_iter().flatten().collect()
}

fn sticky(want: &Object, protocol: &str) -> Vec<Option<(String, String)>> {
    let pair = |key: &str, name: &str| Some((format!("stickiness.{key}"), text(want.get(name))?));
    let mut pairs = vec![pair("enabled", "enabled"), pair("type", "type")];
    match want.str("type") {
        Some("lb_cookie") if is_http(protocol) => pairs.push(pair("lb_cookie.duration_seconds", "cookie_duration")),
        Some("app_cookie") if is_http(protocol) => {
            pairs.push(pair("app_cookie.cookie_name", "cookie_name"));
            pairs.push(pair("app_cookie.duration_seconds", "cookie_duration"));
        }
        _ => {}
    }
    pairs
}

/// A block as it is live; `None` where the protocol has no such thing.
pub fn told(live: &Live, block: &str, protocol: &str) -> Option<Object> {
    let of = |key: String| live.get(&key).cloned();
    let number = |key: String| live.get(&key).and_then(|n| n.parse::<i64>().ok());
    match block {
        "stickiness" => Some(told_sticky(live, protocol)),
        "target_failover" if protocol == "GENEVE" => Some(
            Object::new()
                .with("on_deregistration", of("target_failover.on_deregistration".into()))
                .with("on_unhealthy", of("target_failover.on_unhealthy".into())),
        ),
        "target_group_health" if protocol != "GENEVE" => {
            let dns = Object::new()
                .with("minimum_healthy_targets_count", of(format!("{DNS}.count")))
                .with("minimum_healthy_targets_percentage", of(format!("{DNS}.percentage")));
            let routing = Object::new()
                .with("minimum_healthy_targets_count", number(format!("{ROUTING}.count")))
                .with("minimum_healthy_targets_percentage", of(format!("{ROUTING}.percentage")));
            Some(Object::new().with("dns_failover", vec![dns]).with("unhealthy_state_routing", vec![routing]))
        }
        "target_health_state" if matches!(protocol, "TCP" | "TLS") => {
            let ends = of(format!("{STATE}.connection_termination.enabled"));
            Some(
                Object::new()
                    .with("enable_unhealthy_connection_termination", ends.as_deref() == Some("true"))
                    .with("unhealthy_draining_interval", number(format!("{STATE}.draining_interval_seconds"))),
            )
        }
        _ => None,
    }
}

fn told_sticky(live: &Live, protocol: &str) -> Object {
    let of = |key: &str| live.get(&format!("stickiness.{key}")).cloned();
    let kind = of("type");
    let http = is_http(protocol);
    let app = http && kind.as_deref() == Some("app_cookie");
    let lasting = match kind.as_deref() {
        Some("app_cookie") => of("app_cookie.duration_seconds"),
        Some("lb_cookie") => of("lb_cookie.duration_seconds"),
        _ => None,
    };
    Object::new()
        .with("cookie_duration", lasting.filter(|_| http).and_then(|n| n.parse::<i64>().ok()))
        .with("cookie_name", of("app_cookie.cookie_name").filter(|_| app))
        .with("enabled", of("enabled").as_deref() == Some("true"))
        .with("type", kind)
}

/// The codes that count as healthy.
pub fn matcher(want: &Object, codes: Option<String>) -> Option<Matcher> {
    let grpc = want.str("protocol_version").is_some_and(|v| v.eq_ignore_ascii_case("GRPC"));
    let codes = codes?;
    let matcher = Matcher::builder();
    Some(if grpc { matcher.grpc_code(codes) } else { matcher.http_code(codes) }.build())
}

pub fn health_check(live: &TargetGroup) -> Object {
    let matcher = live.matcher.as_ref();
    Object::new()
        .with("enabled", live.health_check_enabled)
        .with("healthy_threshold", live.healthy_threshold_count)
        .with("interval", live.health_check_interval_seconds)
        .with("matcher", matcher.and_then(|m| m.http_code.clone().or_else(|| m.grpc_code.clone())))
        .with("path", live.health_check_path.clone())
        .with("port", live.health_check_port.clone())
        .with("protocol", live.health_check_protocol.as_ref().map(|p| p.as_str()))
        .with("timeout", live.health_check_timeout_seconds)
        .with("unhealthy_threshold", live.unhealthy_threshold_count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_says_what_its_protocol_has() {
        let cookie = Object::new().with("enabled", true).with("type", "lb_cookie").with("cookie_duration", 60);
        let want = Object::new().with("stickiness", vec![cookie]);
        assert_eq!(wanted(&want, "stickiness", "HTTP").len(), 3);
        assert_eq!(wanted(&want, "stickiness", "TCP").len(), 2);
        let health = Object::new().with("dns_failover", vec![Object::new().with("minimum_healthy_targets_count", "2")]);
        let want = Object::new().with("target_group_health", vec![health]);
        assert_eq!(wanted(&want, "target_group_health", "HTTP"), [(format!("{DNS}.count"), "2".to_owned())]);
        assert!(wanted(&want, "target_group_health", "GENEVE").is_empty());
    }
}
