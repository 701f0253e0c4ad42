//! `ingress` and `egress` of a security group: sets of rules that AWS keeps one by one.

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{IpPermission, IpRange, Ipv6Range, PrefixListId, UserIdGroupPair};

use super::route_tables::canonical;
use crate::provider::Object;
use crate::value::{Type, Value};

/// What one rule of AWS opens, without its description.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rule {
    protocol: String,
    from: i32,
    to: i32,
    peer: Peer,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Peer {
    V4(String),
    V6(String),
    PrefixList(String),
    Group(String),
    /// The group that has the rule.
    Own,
}

/// Rules with their descriptions.
pub type Rules = BTreeMap<Rule, String>;

/// Type of an element of `ingress` and `egress`.
pub fn element() -> Type {
    Type::object([
        ("cidr_blocks", Type::list(Type::String)),
        ("description", Type::String),
        ("from_port", Type::Number),
        ("ipv6_cidr_blocks", Type::list(Type::String)),
        ("prefix_list_ids", Type::list(Type::String)),
        ("protocol", Type::String),
        ("security_groups", Type::set(Type::String)),
        ("self", Type::Bool),
        ("to_port", Type::Number),
    ])
}

/// The names that AWS answers with: `-1` for all, and words for the four protocols that have them.
pub fn protocol(text: &str) -> String {
    let text = text.to_ascii_lowercase();
    let name = match text.as_str() {
        "all" => "-1",
        "1" => "icmp",
        "6" => "tcp",
        "17" => "udp",
        "58" => "icmpv6",
        other => other,
    };
    name.to_owned()
}

/// What AWS puts into `egress` of a new group.
pub fn everywhere_ipv4() -> Rules {
    everything(Peer::V4("0.0.0.0/0".into()))
}

/// What AWS adds to that in a VPC with an IPv6 network.
pub fn everywhere_ipv6() -> Rules {
    everything(Peer::V6("::/0".into()))
}

fn everything(peer: Peer) -> Rules {
    Rules::from([(Rule { protocol: "-1".into(), from: 0, to: 0, peer }, String::new())])
}

/// The rules that configured elements mean.
pub fn of_objects(elements: &[Object], own: &str) -> Rules {
    elements.iter().flat_map(|e| of_object(e, own)).collect()
}

fn of_object(element: &Object, own: &str) -> Rules {
    let protocol = protocol(element.str("protocol").unwrap_or_default());
    // With all protocols there are no ports.
    let port = |name| if protocol == "-1" { 0 } else { element.i32(name).unwrap_or_default() };
    let (from, to) = (port("from_port"), port("to_port"));
    let mut peers: Vec<Peer> = element.strings("cidr_blocks").into_iter().map(Peer::V4).collect();
    peers.extend(element.strings("ipv6_cidr_blocks").iter().map(|c| Peer::V6(canonical(c))));
    peers.extend(element.strings("prefix_list_ids").into_iter().map(Peer::PrefixList));
    let groups = element.strings("security_groups").into_iter();
    peers.extend(groups.map(|g| if g == own { Peer::Own } else { Peer::Group(g) }));
    peers.extend(element.bool("self").filter(|yes| *yes).map(|_| Peer::Own));
    let description = element.string("description").unwrap_or_default();
    let rule = |peer| (Rule { protocol: protocol.clone(), from, to, peer }, description.clone());
    peers.into_iter().map(rule).collect()
}

/// The rules of an answer.
pub fn of_permissions(permissions: &[IpPermission], own: &str, owner: Option<&str>) -> Rules {
    let mut rules = Rules::new();
    for permission in permissions {
        let protocol = protocol(permission.ip_protocol.as_deref().unwrap_or_default());
        let port = |port: Option<i32>| if protocol == "-1" { 0 } else { port.unwrap_or_default() };
        let (from, to) = (port(permission.from_port), port(permission.to_port));
        let mut add = |peer: Peer, description: &Option<String>| {
            let rule = Rule { protocol: protocol.clone(), from, to, peer };
            rules.insert(rule, description.clone().unwrap_or_default());
        };
        for range in permission.ip_ranges.iter().flatten() {
            add(Peer::V4(range.cidr_ip.clone().unwrap_or_default()), &range.description);
        }
        for range in permission.ipv6_ranges.iter().flatten() {
            add(Peer::V6(canonical(range.cidr_ipv6.as_deref().unwrap_or_default())), &range.description);
        }
        for list in permission.prefix_list_ids.iter().flatten() {
            add(Peer::PrefixList(list.prefix_list_id.clone().unwrap_or_default()), &list.description);
        }
        for pair in permission.user_id_group_pairs.iter().flatten() {
            let group = pair.group_id.as_deref().unwrap_or_default();
            let peer = match pair.user_id.as_deref() {
                _ if group == own => Peer::Own,
                // A group of another account, over a peering connection.
                Some(user) if owner.is_some_and(|o| o != user) => Peer::Group(format!("{user}/{group}")),
                _ => Peer::Group(group.to_owned()),
            };
            add(peer, &pair.description);
        }
    }
    rules
}

/// A peer with what a call says of it.
type Described<'a> = (&'a Peer, Option<String>);

/// Rules for a call.
pub fn to_permissions(rules: &Rules, own: &str) -> Vec<IpPermission> {
    let mut grouped: BTreeMap<(&str, i32, i32), Vec<Described<'_>>> = BTreeMap::new();
    for (rule, description) in rules {
        let description = Some(description.clone()).filter(|d| !d.is_empty());
        grouped.entry((&rule.protocol, rule.from, rule.to)).or_default().push((&rule.peer, description));
    }
    let permission = |(protocol, from, to): (&str, i32, i32), peers: Vec<Described<'_>>| {
        let mut out = IpPermission::builder().ip_protocol(protocol);
        if protocol != "-1" {
            out = out.from_port(from).to_port(to);
        }
        for (peer, description) in peers {
            out = match peer {
                Peer::V4(cidr) => out.ip_ranges(IpRange::builder().cidr_ip(cidr).set_description(description).build()),
                Peer::V6(cidr) => {
                    out.ipv6_ranges(Ipv6Range::builder().cidr_ipv6(cidr).set_description(description).build())
                }
                Peer::PrefixList(id) => {
                    let list = PrefixListId::builder().prefix_list_id(id).set_description(description);
                    out.prefix_list_ids(list.build())
                }
                Peer::Group(group) => out.user_id_group_pairs(pair(group, description)),
                Peer::Own => out.user_id_group_pairs(pair(own, description)),
            };
        }
        out.build()
    };
    grouped.into_iter().map(|(ports, peers)| permission(ports, peers)).collect()
}

/// A group to refer to: `sg-1`, or `123456789012/sg-1` for one of another account.
pub fn pair(group: &str, description: Option<String>) -> UserIdGroupPair {
    let pair = UserIdGroupPair::builder().set_description(description);
    match group.split_once('/') {
        Some((user, group)) => pair.user_id(user).group_id(group).build(),
        None => pair.group_id(group).build(),
    }
}

/// Live rules as elements: grouped as in `known` where AWS has just these, by ports and description otherwise.
pub fn to_objects(live: &Rules, known: &[Object], own: &str) -> Vec<Object> {
    let mut rest = live.clone();
    let mut out = Vec::new();
    for element in known {
        let rules = of_object(element, own);
        let known = element.0.values().all(Value::is_wholly_known);
        if known && !rules.is_empty() && rules.iter().all(|(rule, text)| live.get(rule) == Some(text)) {
            rest.retain(|rule, _| !rules.contains_key(rule));
            out.push(spelled(element));
        }
    }
    let mut grouped: BTreeMap<(String, i32, i32, String), Vec<Peer>> = BTreeMap::new();
    for (rule, description) in rest {
        grouped.entry((rule.protocol, rule.from, rule.to, description)).or_default().push(rule.peer);
    }
    out.extend(grouped.into_iter().map(|((protocol, from, to, description), peers)| {
        let of = |pick: fn(&Peer) -> Option<&String>| peers.iter().filter_map(pick).cloned().collect::<Vec<_>>();
        Object::new()
            .with("cidr_blocks", of(|p| if let Peer::V4(c) = p { Some(c) } else { None }))
            .with("description", description)
            .with("from_port", from)
            .with("ipv6_cidr_blocks", of(|p| if let Peer::V6(c) = p { Some(c) } else { None }))
            .with("prefix_list_ids", of(|p| if let Peer::PrefixList(c) = p { Some(c) } else { None }))
            .with("protocol", protocol)
            .with("security_groups", of(|p| if let Peer::Group(c) = p { Some(c) } else { None }))
            .with("self", peers.contains(&Peer::Own))
            .with("to_port", to)
    }));
    out
}

/// An element as state has it: zero for null, the protocol by its name.
fn spelled(element: &Object) -> Object {
    Object::new()
        .with("cidr_blocks", element.strings("cidr_blocks"))
        .with("description", element.string("description").unwrap_or_default())
        .with("from_port", element.i64("from_port").unwrap_or_default())
        .with("ipv6_cidr_blocks", element.strings("ipv6_cidr_blocks"))
        .with("prefix_list_ids", element.strings("prefix_list_ids"))
        .with("protocol", protocol(element.str("protocol").unwrap_or_default()))
        .with("security_groups", element.strings("security_groups"))
        .with("self", element.bool("self").unwrap_or_default())
        .with("to_port", element.i64("to_port").unwrap_or_default())
}

/// What to do to get from one set of rules to another.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Difference {
    pub authorize: Rules,
    pub revoke: Rules,
    pub describe: Rules,
}

pub fn difference(old: &Rules, new: &Rules) -> Difference {
    let mut out = Difference::default();
    out.revoke.extend(old.iter().filter(|(rule, _)| !new.contains_key(*rule)).map(|(r, d)| (r.clone(), d.clone())));
    for (rule, description) in new {
        match old.get(rule) {
            Some(before) if before == description => {}
            Some(_) => drop(out.describe.insert(rule.clone(), description.clone())),
            None => drop(out.authorize.insert(rule.clone(), description.clone())),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn web(cidrs: &[&str], description: &str) -> Object {
        Object::new()
            .with("protocol", "6")
            .with("from_port", 443)
            .with("to_port", 443)
            .with("description", description)
            .with("cidr_blocks", cidrs.iter().map(|c| c.to_string()).collect::<Vec<_>>())
    }

    #[test]
    fn rules_survive_the_way_through_the_api() {
        let element = web(&["10.1.0.0/16", "10.0.0.0/16"], "web").with("self", true);
        let rules = of_objects(std::slice::from_ref(&element), "sg-1");
        assert_eq!(rules.len(), 3);
        let live = of_permissions(&to_permissions(&rules, "sg-1"), "sg-1", Some("1"));
        assert_eq!(live, rules);
        let back = to_objects(&live, &[element], "sg-1");
        assert_eq!(back.len(), 1);
        // In the order of the configuration, and the protocol by name.
        assert_eq!(back[0].strings("cidr_blocks"), ["10.1.0.0/16", "10.0.0.0/16"]);
        assert_eq!(back[0].str("protocol"), Some("tcp"));
    }

    #[test]
    fn rules_that_somebody_added_stand_by_themselves() {
        let known = web(&["10.0.0.0/16"], "web");
        let live = of_objects(&[known.clone(), web(&["0.0.0.0/0"], "other")], "sg-1");
        let back = to_objects(&live, &[known], "sg-1");
        assert_eq!(back.iter().map(|o| o.str("description")).collect::<Vec<_>>(), [Some("web"), Some("other")]);
    }

    #[test]
    fn a_new_description_opens_and_closes_nothing() {
        let (old, new) = (of_objects(&[web(&["::/0"], "a")], ""), of_objects(&[web(&["::/0"], "b")], ""));
        let steps = difference(&old, &new);
        assert!(steps.authorize.is_empty() && steps.revoke.is_empty());
        assert_eq!(steps.describe.len(), 1);
    }
}
