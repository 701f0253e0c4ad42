//! What the provider plans of an `aws_lb` beyond its schema.

use crate::addr::Path;
use crate::aws::blocks::each;
use crate::provider::{Object, PlannedChange};
use crate::value::{Type, Value};

use super::load_balancer_schema::{LOGS, OTHERS, SETTINGS};
use super::naming;

pub fn customize(change: &mut PlannedChange) {
    naming::one(change);
    places(change);
    let Some(kind) = change.planned.str("load_balancer_type").map(str::to_owned) else { return };
    for setting in SETTINGS.iter().filter(|s| !s.is_of(&kind)) {
        ignore(change, setting.0);
    }
    for (name, _) in OTHERS.iter().filter(|(_, kinds)| !kinds.contains(&kind.as_str())) {
        ignore(change, name);
    }
    for (name, _) in LOGS {
        logs(change, name);
    }
    if let Some(prior) = change.prior.clone() {
        moved(change, &prior, &kind);
        if kind == "network" {
            guarded(change, &prior);
        }
    }
}

/// One of the two says where the load balancer stands.
fn places(change: &mut PlannedChange) {
    let open = |name: &str| change.config.get(name).is_some_and(|v| !v.is_known());
    let said = |name: &str| change.config.get(name).is_some_and(|v| !v.is_zero());
    match (said("subnets"), said("subnet_mapping")) {
        (true, true) if !open("subnets") && !open("subnet_mapping") => {
            change.error("subnet_mapping", "subnet_mapping and subnets exclude each other.");
        }
        (false, false) => change.error("subnets", "A load balancer needs one of subnets and subnet_mapping."),
        _ => {}
    }
}

/// What the type of load balancer does not have stays as it is.
fn ignore(change: &mut PlannedChange, name: &str) {
    let Some(planned) = change.planned.get(name) else { return };
    let ty = planned.ty();
    let kept = match &change.prior {
        Some(prior) => prior.get(name).cloned(),
        // A computed one is told after the apply.
        None if !planned.is_known() => return,
        None => None,
    };
    change.planned.set(name, kept.unwrap_or_else(|| Value::null(ty)));
}

/// AWS always tells of logs. Those that the configuration does not mention are turned off; where logs that are off would
/// go does not matter.
fn logs(change: &mut PlannedChange, name: &str) {
    let Some(prior) = change.prior.clone() else { return };
    let Some(was) = prior.get(name) else { return };
    if change.config.get(name).is_some_and(|v| v.is_known() && v.is_zero()) {
        change.planned.set(name, was.clone());
        each(&mut change.planned, None, name, &|logs, _| {
            logs.set("enabled", false);
        });
        return;
    }
    each(&mut change.planned, Some(&prior), name, &|logs, was| {
        if let Some(was) = was.filter(|_| logs.bool("enabled") == Some(false)) {
            for part in ["bucket", "prefix"] {
                logs.set(part, was.get(part).cloned().unwrap_or_else(|| Value::null(Type::String)));
            }
        }
    });
}

/// The one of subnets and mappings follows from the other, and not every change is made in place.
fn moved(change: &mut PlannedChange, prior: &Object, kind: &str) {
    let mapped = change.changes("subnet_mapping") && !same_places(prior, &change.planned);
    let placed = change.changes("subnets");
    if mapped {
        let known = change.config.get("subnet_mapping").is_some_and(Value::is_wholly_known);
        let (old, new) = (mappings(prior), mappings(&change.planned));
        let kept = new.iter().filter(|m| old.contains(m)).count();
        let replaces = match (kind, new.len().cmp(&old.len())) {
            ("gateway", _) => false,
            (_, std::cmp::Ordering::Equal) => true,
            ("network", std::cmp::Ordering::Less) => true,
            (_, std::cmp::Ordering::Less) => kept != new.len(),
            (_, std::cmp::Ordering::Greater) => kept != old.len(),
        };
        if known && replaces {
            change.replace.insert(Path::attr("subnet_mapping"));
        }
        if kind != "gateway" {
            change.set_unknown("subnets");
        }
    }
    if placed && kind != "gateway" {
        let known = change.config.get("subnets").is_some_and(Value::is_wholly_known);
        let fewer = change.planned.strings("subnets").len() <= prior.strings("subnets").len();
        if kind == "network" && known && fewer {
            change.force_new("subnets");
        }
        change.set_unknown("subnet_mapping");
    }
}

type Mapping = [Option<String>; 4];

fn mappings(object: &Object) -> Vec<Mapping> {
    let part = |m: &Object, name: &str| m.string(name);
    let mapping = |m: &Object| {
        [part(m, "allocation_id"), part(m, "ipv6_address"), part(m, "private_ipv4_address"), part(m, "subnet_id")]
    };
    object.objects("subnet_mapping").iter().map(mapping).collect()
}

fn same_places(prior: &Object, planned: &Object) -> bool {
    let (mut old, mut new) = (mappings(prior), mappings(planned));
    old.sort();
    new.sort();
    planned.get("subnet_mapping").is_some_and(Value::is_known) && old == new
}

/// A network load balancer made without security groups never gets any, and keeps at least one where it has some.
fn guarded(change: &mut PlannedChange, prior: &Object) {
    let known = change.config.get("security_groups").is_some_and(Value::is_wholly_known);
    let (old, new) = (prior.strings("security_groups"), change.planned.strings("security_groups"));
    if known && old.is_empty() != new.is_empty() {
        change.force_new("security_groups");
    }
}
