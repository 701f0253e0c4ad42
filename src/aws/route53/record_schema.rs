//! Schema of `aws_route53_record`, and the rules between its arguments. Pure.

use crate::provider::{Object, PlannedChange};
use crate::schema::{Block, Normal, Schema, boolean, list_block, number, set_block, set_of, string};
use crate::value::{Type, Value};

/// Ways to route; at most one may stand.
const POLICIES: [&str; 7] = [
    "cidr_routing_policy",
    "failover_routing_policy",
    "geolocation_routing_policy",
    "geoproximity_routing_policy",
    "latency_routing_policy",
    "multivalue_answer_routing_policy",
    "weighted_routing_policy",
];

/// Types of records that the API knows.
pub const KINDS: [&str; 17] = [
    "A", "AAAA", "CAA", "CNAME", "DS", "HTTPS", "MX", "NAPTR", "NS", "PTR", "SOA", "SPF", "SRV", "SSHFP", "SVCB",
    "TLSA", "TXT",
];

pub fn schema() -> Schema {
    let alias = Block::new()
        .attr("evaluate_target_health", boolean().required())
        .attr("name", string().required().normal(Normal::DnsName))
        .attr("zone_id", string().required());
    let cidr = Block::new().attr("collection_id", string().required()).attr("location_name", string().required());
    let failover = Block::new().attr("type", string().required());
    let geo = Block::new()
        .attr("continent", string().optional())
        .attr("country", string().optional())
        .attr("subdivision", string().optional());
    let at = Block::new().attr("latitude", string().required()).attr("longitude", string().required());
    let proximity = Block::new()
        .attr("aws_region", string().optional())
        .attr("bias", number().optional())
        .attr("local_zone_group", string().optional())
        .block("coordinates", set_block(at));
    let latency = Block::new().attr("region", string().required());
    let weighted = Block::new().attr("weight", number().required());
    Schema::new(2)
        .attr("allow_overwrite", boolean().optional().computed())
        .attr("fqdn", string().computed())
        .attr("health_check_id", string().optional())
        .attr("id", string().optional().computed())
        .attr("multivalue_answer_routing_policy", boolean().optional())
        .attr("name", string().required().force_new().normal(Normal::DnsName))
        .attr("records", set_of(Type::String).optional())
        .attr("set_identifier", string().optional())
        .attr("ttl", number().optional())
        .attr("type", string().required().check(kind))
        .attr("zone_id", string().required().force_new())
        .block("alias", list_block(alias).max(1))
        .block("cidr_routing_policy", list_block(cidr).max(1))
        .block("failover_routing_policy", list_block(failover).max(1))
        .block("geolocation_routing_policy", list_block(geo).max(1))
        .block("geoproximity_routing_policy", list_block(proximity).max(1))
        .block("latency_routing_policy", list_block(latency).max(1))
        .block("weighted_routing_policy", list_block(weighted).max(1))
        .timeouts(&["create", "delete", "update"])
}

/// Says which arguments exclude or need each other.
pub fn check(change: &mut PlannedChange) {
    let config = change.config.clone();
    let set = |name: &str| configured(&config, name);
    match (set("alias"), set("records")) {
        (Some(true), Some(true)) => change.error("records", "A record has either records or an alias."),
        (Some(false), Some(false)) => change.error("records", "A record needs either records or an alias."),
        (Some(true), _) if set("ttl") == Some(true) => {
            change.error("ttl", "An alias has no ttl: it takes that of its target.");
        }
        (_, Some(true)) if set("ttl") == Some(false) => change.error("ttl", "Records need a ttl."),
        _ => {}
    }
    let policies: Vec<&str> = POLICIES.into_iter().filter(|p| set(p) == Some(true)).collect();
    if let [_, second, ..] = policies.as_slice() {
        change.error(second, format!("Only one of these may be set: {}.", policies.join(", ")));
    }
    if let Some(policy) = policies.first()
        && set("set_identifier") == Some(false)
    {
        change.error("set_identifier", format!("A record with {policy} needs a set_identifier."));
    }
}

/// Whether the configuration sets an argument or has blocks of that name; `None` where that is not known yet.
fn configured(config: &Object, name: &str) -> Option<bool> {
    let Some(value) = config.get(name) else { return Some(false) };
    if !value.is_known() {
        return None;
    }
    Some(!value.is_null() && value.as_slice().is_none_or(|items| !items.is_empty() || name == "records"))
}

fn kind(value: &Value) -> Result<(), String> {
    let text = value.as_str().unwrap_or_default();
    if KINDS.contains(&text) { Ok(()) } else { Err(format!("\"{text}\" is no type of record that Route 53 knows.")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(config: Object) -> usize {
        let mut change = PlannedChange {
            prior: None,
            planned: config.clone(),
            config,
            replace: Default::default(),
            diagnostics: Default::default(),
        };
        check(&mut change);
        change.diagnostics.into_iter().count()
    }

    #[test]
    fn arguments_that_exclude_or_need_each_other() {
        let records = || Object::new().with("records", vec!["1.2.3.4"]);
        let alias = || Object::new().with("alias", vec![Object::new().with("name", "x")]);
        assert_eq!(problems(records().with("ttl", 60)), 0);
        assert_eq!(problems(records()), 1);
        assert_eq!(problems(alias()), 0);
        assert_eq!(problems(alias().with("ttl", 60)), 1);
        assert_eq!(problems(Object::new()), 1);
        assert_eq!(problems(Object::new().with("alias", Value::unknown(Type::Dynamic))), 0);
        let weighted = || alias().with("weighted_routing_policy", vec![Object::new().with("weight", 1)]);
        assert_eq!(problems(weighted()), 1);
        assert_eq!(problems(weighted().with("set_identifier", "a")), 0);
        assert_eq!(problems(weighted().with("set_identifier", "a").with("multivalue_answer_routing_policy", true)), 1);
    }
}
