//! Addresses and prefixes of a network interface: as a set, as a list in order, or so many.

use aws_sdk_ec2::types::NetworkInterface as Live;

use super::equality::is_set;
use crate::aws::Client;
use crate::provider::{Object, PlannedChange, Result};
use crate::value::{Type, Value};

/// Pairs of arguments that say the same thing in two ways.
const EITHER: [(&str, &str); 7] = [
    ("ipv4_prefix_count", "ipv4_prefixes"),
    ("ipv6_address_count", "ipv6_addresses"),
    ("ipv6_address_count", "ipv6_address_list"),
    ("ipv6_addresses", "ipv6_address_list"),
    ("ipv6_prefix_count", "ipv6_prefixes"),
    ("private_ip_list", "private_ips"),
    ("private_ip_list", "private_ips_count"),
];

/// Set, number, list, and the switch that makes the list count.
const IPV4: [&str; 4] = ["private_ips", "private_ips_count", "private_ip_list", "private_ip_list_enabled"];
const IPV6: [&str; 4] = ["ipv6_addresses", "ipv6_address_count", "ipv6_address_list", "ipv6_address_list_enabled"];

/// Whether the order of the IPv4 addresses is the configuration's.
pub fn by_list(object: &Object) -> bool {
    object.bool(IPV4[3]) == Some(true)
}

fn by_ipv6_list(object: &Object) -> bool {
    object.bool(IPV6[3]) == Some(true)
}

pub fn check(change: &mut PlannedChange) {
    for (one, other) in EITHER {
        if is_set(change, one) && is_set(change, other) {
            change.error(other, format!("Only one of \"{one}\" and \"{other}\" may be set."));
        }
    }
    for [set, count, list, switch] in [IPV4, IPV6] {
        let on = change.planned.bool(switch);
        if on == Some(false) && is_set(change, list) {
            change.error(list, format!("\"{list}\" counts only with {switch} = true."));
        }
        for name in [set, count] {
            if on == Some(true) && is_set(change, name) {
                change.error(name, format!("\"{name}\" does not count with {switch} = true: use \"{list}\"."));
            }
        }
    }
}

/// Whether the primary IPv4 address would be another one.
pub fn moves_primary(change: &PlannedChange, prior: &Object) -> bool {
    let primary = prior.strings(IPV4[2]).into_iter().next();
    if by_list(&change.planned) {
        let list = change.planned.get(IPV4[2]).and_then(Value::as_slice).unwrap_or_default();
        change.changes(IPV4[2]) && list.first().and_then(Value::as_str) != primary.as_deref()
    } else {
        change.changes(IPV4[0]) && !primary.is_some_and(|ip| change.planned.strings(IPV4[0]).contains(&ip))
    }
}

/// What follows from each other of a set, a number and a list is known after the apply.
pub fn plan(change: &mut PlannedChange) {
    for [set, count, list, switch] in [IPV4, IPV6] {
        if change.planned.bool(switch) == Some(true) {
            if change.changes(list) {
                change.set_unknown(set);
                change.set_unknown(count);
            }
            continue;
        }
        match (change.changes(set), change.changes(count)) {
            (false, true) => change.set_unknown(set),
            (true, false) => change.set_unknown(count),
            (true, true) => {}
            (false, false) => continue,
        }
        change.set_unknown(list);
    }
}

/// What a creation asks for.
#[derive(Default)]
pub struct First {
    pub private_ips: Vec<String>,
    /// Addresses beside the first one.
    pub count: Option<i32>,
    pub ipv6_addresses: Vec<String>,
    pub ipv6_count: Option<i32>,
}

/// What can be asked for at once. Of lists that is the first address alone: the others are added in their order.
pub fn first(want: &Object) -> First {
    let head = |name| want.strings(name).into_iter().take(1).collect::<Vec<_>>();
    let number = |name| want.i32(name).filter(|n| *n > 0);
    let mut first = First::default();
    if by_list(want) {
        first.private_ips = head(IPV4[2]);
    } else {
        first.private_ips = want.strings(IPV4[0]);
    }
    let primary = want.string("private_ip");
    if first.private_ips.is_empty() {
        first.private_ips = primary.into_iter().collect();
        first.count = number(IPV4[1]);
    } else if !by_list(want) {
        // What comes first is the primary one.
        first.private_ips.sort_by_key(|ip| Some(ip) != primary.as_ref());
    }
    if by_ipv6_list(want) {
        first.ipv6_addresses = head(IPV6[2]);
    } else {
        first.ipv6_addresses = want.strings(IPV6[0]);
        first.ipv6_count = number(IPV6[1]).filter(|_| first.ipv6_addresses.is_empty());
    }
    first
}

/// What is taken away and what is given, in this order: so many, or each by name.
#[derive(Debug, Default, PartialEq, Eq)]
struct Steps {
    gone: Vec<String>,
    new: Vec<String>,
    more: i32,
}

impl Steps {
    /// From one set to another, and then to so many.
    fn of_set(have: &[String], want: Option<&[String]>, count: Option<i64>, keep: &str) -> Self {
        let mut steps = Self::default();
        if let Some(want) = want {
            steps.gone = have.iter().filter(|a| !want.contains(a) && *a != keep).cloned().collect();
            steps.new = want.iter().filter(|a| !have.contains(a)).cloned().collect();
        }
        let Some(count) = count else { return steps };
        let left = have.iter().filter(|a| !steps.gone.contains(a) && *a != keep);
        let left: Vec<&String> = left.chain(&steps.new).collect();
        let surplus = left.len() as i64 - count;
        if surplus > 0 {
            let dropped: Vec<String> = left.iter().rev().take(surplus as usize).map(|a| (*a).clone()).collect();
            steps.new.retain(|a| !dropped.contains(a));
            steps.gone.extend(dropped.into_iter().filter(|a| have.contains(a)));
        } else {
            steps.more = (-surplus).try_into().unwrap_or(i32::MAX);
        }
        steps
    }

    /// From one order to another: what stands behind the first difference is given anew.
    fn of_list(have: &[String], want: &[String]) -> Self {
        let same = have.iter().zip(want).take_while(|(a, b)| a == b).count();
        Self { gone: have[same..].to_vec(), new: want[same..].to_vec(), more: 0 }
    }
}

/// What there is to do to an interface.
#[derive(Default, PartialEq, Eq)]
pub struct Work {
    ipv4: Steps,
    ipv4_prefixes: Steps,
    ipv6: Steps,
    ipv6_prefixes: Steps,
}

impl Work {
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

/// What leads from one object to another.
pub fn work(prior: &Object, want: &Object) -> Work {
    let primary = prior.strings(IPV4[2]).into_iter().next().unwrap_or_default();
    let known = |name: &str| (!want.is_unknown(name) && want.has(name)).then(|| want.strings(name));
    let set = |set: &str, count: &str, keep: &str| {
        Steps::of_set(&prior.strings(set), known(set).as_deref(), want.i64(count), keep)
    };
    let list = |name: &str| known(name).map(|list| Steps::of_list(&prior.strings(name), &list)).unwrap_or_default();
    Work {
        ipv4: if by_list(want) { list(IPV4[2]) } else { set(IPV4[0], IPV4[1], &primary) },
        ipv4_prefixes: set("ipv4_prefixes", "ipv4_prefix_count", ""),
        ipv6: if by_ipv6_list(want) { list(IPV6[2]) } else { set(IPV6[0], IPV6[1], "") },
        ipv6_prefixes: set("ipv6_prefixes", "ipv6_prefix_count", ""),
    }
}

/// Does it. Addresses by number are given anew by each call: the work must come of what is live.
pub async fn change(client: &Client, id: &str, work: Work, want: &Object) -> Result<()> {
    let Work { ipv4, ipv4_prefixes, ipv6, ipv6_prefixes } = work;
    if !ipv4.gone.is_empty() || !ipv4_prefixes.gone.is_empty() {
        let call = client.ec2().unassign_private_ip_addresses().network_interface_id(id);
        let call = call.set_private_ip_addresses(some(ipv4.gone.clone()));
        call.set_ipv4_prefixes(some(ipv4_prefixes.gone.clone())).send().await?;
    }
    let call = || client.ec2().assign_private_ip_addresses().network_interface_id(id);
    for some_new in portions(&ipv4, by_list(want)) {
        call().set_private_ip_addresses(Some(some_new)).send().await?;
    }
    if ipv4.more > 0 {
        call().secondary_private_ip_address_count(ipv4.more).send().await?;
    }
    if let Some(new) = some(ipv4_prefixes.new) {
        call().set_ipv4_prefixes(Some(new)).send().await?;
    }
    if ipv4_prefixes.more > 0 {
        call().ipv4_prefix_count(ipv4_prefixes.more).send().await?;
    }

    if !ipv6.gone.is_empty() || !ipv6_prefixes.gone.is_empty() {
        let call = client.ec2().unassign_ipv6_addresses().network_interface_id(id);
        let call = call.set_ipv6_addresses(some(ipv6.gone.clone()));
        call.set_ipv6_prefixes(some(ipv6_prefixes.gone.clone())).send().await?;
    }
    let call = || client.ec2().assign_ipv6_addresses().network_interface_id(id);
    for some_new in portions(&ipv6, by_ipv6_list(want)) {
        call().set_ipv6_addresses(Some(some_new)).send().await?;
    }
    if ipv6.more > 0 {
        call().ipv6_address_count(ipv6.more).send().await?;
    }
    if let Some(new) = some(ipv6_prefixes.new) {
        call().set_ipv6_prefixes(Some(new)).send().await?;
    }
    if ipv6_prefixes.more > 0 {
        call().ipv6_prefix_count(ipv6_prefixes.more).send().await?;
    }
    Ok(())
}

/// New addresses by calls: those of a list one by one, since AWS keeps the order of calls alone.
fn portions(steps: &Steps, one_by_one: bool) -> Vec<Vec<String>> {
    match (one_by_one, steps.new.is_empty()) {
        (_, true) => Vec::new(),
        (true, _) => steps.new.iter().map(|a| vec![a.clone()]).collect(),
        (false, _) => vec![steps.new.clone()],
    }
}

fn some(items: Vec<String>) -> Option<Vec<String>> {
    (!items.is_empty()).then_some(items)
}

/// Sets the addresses of a live interface.
pub fn show(object: &mut Object, interface: &Live) {
    let ipv4: Vec<String> =
        interface.private_ip_addresses.iter().flatten().filter_map(|a| a.private_ip_address.clone()).collect();
    let ipv6: Vec<String> = interface.ipv6_addresses.iter().flatten().filter_map(|a| a.ipv6_address.clone()).collect();
    let ipv4_prefixes: Vec<String> =
        interface.ipv4_prefixes.iter().flatten().filter_map(|p| p.ipv4_prefix.clone()).collect();
    let ipv6_prefixes: Vec<String> =
        interface.ipv6_prefixes.iter().flatten().filter_map(|p| p.ipv6_prefix.clone()).collect();
    // Of an interface without IPv6 addresses nobody can say whether one of them would be the primary one.
    let primary = interface.ipv6_addresses.iter().flatten().filter_map(|a| a.is_primary_ipv6).reduce(|a, b| a || b);
    object
        .set("enable_primary_ipv6", primary.map_or_else(|| Value::null(Type::Bool), Value::from))
        .set("ipv4_prefix_count", ipv4_prefixes.len() as i64)
        .set("ipv4_prefixes", ipv4_prefixes)
        .set(IPV6[1], ipv6.len() as i64)
        .set(IPV6[2], ipv6.clone())
        .set(IPV6[0], ipv6)
        .set("ipv6_prefix_count", ipv6_prefixes.len() as i64)
        .set("ipv6_prefixes", ipv6_prefixes)
        .set("private_ip", interface.private_ip_address.clone().unwrap_or_default())
        .set(IPV4[1], ipv4.len().saturating_sub(1) as i64)
        .set(IPV4[2], ipv4.clone())
        .set(IPV4[0], ipv4);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(items: &[&str]) -> Vec<String> {
        items.iter().map(|i| (*i).to_owned()).collect()
    }

    #[test]
    fn sets_change_by_what_differs_and_then_by_number() {
        let have = texts(&["a", "b", "c"]);
        let steps = Steps::of_set(&have, Some(&texts(&["a", "d"])), None, "a");
        assert_eq!(steps, Steps { gone: texts(&["b", "c"]), new: texts(&["d"]), more: 0 });
        assert_eq!(Steps::of_set(&have, None, Some(1), "a"), Steps { gone: texts(&["c"]), ..Steps::default() });
        assert_eq!(Steps::of_set(&have, None, Some(4), "a"), Steps { more: 2, ..Steps::default() });
        assert_eq!(Steps::of_set(&have, Some(&have), Some(2), "a"), Steps::default());
    }

    #[test]
    fn lists_keep_what_stands_before_the_first_difference() {
        let steps = Steps::of_list(&texts(&["a", "b", "c"]), &texts(&["a", "d", "b"]));
        assert_eq!(steps, Steps { gone: texts(&["b", "c"]), new: texts(&["d", "b"]), more: 0 });
    }
}
