//! What an `aws_security_group_rule` is made of, and the texts that stand for all of it.

use std::fmt;

use super::inline_rules::protocol;
use super::names;
use crate::provider::{Error, Object, Result};

/// Arguments with lists of peers.
pub const LISTS: [&str; 3] = ["cidr_blocks", "ipv6_cidr_blocks", "prefix_list_ids"];
/// Arguments that name a peer.
pub const PEERS: [&str; 5] = ["cidr_blocks", "ipv6_cidr_blocks", "prefix_list_ids", "self", "source_security_group_id"];

/// The peer that is the group itself.
const OWN: &str = "self";

/// Everything of a rule that AWS tells rules apart by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    pub group: String,
    pub egress: bool,
    pub protocol: String,
    pub from: i32,
    pub to: i32,
    pub cidrs: Vec<String>,
    pub ipv6_cidrs: Vec<String>,
    pub prefix_lists: Vec<String>,
    pub source: Option<String>,
    pub own: bool,
}

impl Key {
    /// `None` while parts of the rule are unknown.
    pub fn of(object: &Object) -> Option<Self> {
        if LISTS.iter().any(|name| object.is_unknown(name)) {
            return None;
        }
        let [cidrs, ipv6_cidrs, prefix_lists] = LISTS.map(|name| object.strings(name));
        let key = Self {
            group: object.string("security_group_id")?,
            egress: object.str("type")? == "egress",
            protocol: protocol(object.str("protocol")?),
            from: object.i32("from_port")?,
            to: object.i32("to_port")?,
            cidrs,
            ipv6_cidrs,
            prefix_lists,
            source: object.string("source_security_group_id"),
            own: object.bool("self").unwrap_or_default(),
        };
        Some(key.without_ports_of_all())
    }

    /// `sg-1_ingress_tcp_80_80_10.0.0.0/8`, with more peers after it.
    pub fn parse(text: &str) -> Result<Self> {
        let wrong = || {
            Error::other(format!(
                "\"{text}\" is not GROUP_TYPE_PROTOCOL_FROM_TO_PEER, such as sg-1_ingress_tcp_80_80_10.0.0.0/8"
            ))
        };
        let parts: Vec<&str> = text.split('_').collect();
        let [group, kind @ ("ingress" | "egress"), name, from, to, peers @ ..] = &parts[..] else {
            return Err(wrong());
        };
        let port = |text: &str| text.parse::<i32>().map_err(|_| wrong());
        let mut key = Self {
            group: (*group).to_owned(),
            egress: *kind == "egress",
            protocol: protocol(name),
            from: port(from)?,
            to: port(to)?,
            cidrs: Vec::new(),
            ipv6_cidrs: Vec::new(),
            prefix_lists: Vec::new(),
            source: None,
            own: false,
        };
        for peer in peers.iter().map(|peer| (*peer).to_owned()) {
            match peer.as_str() {
                OWN => key.own = true,
                "" => return Err(wrong()),
                p if p.starts_with("pl-") => key.prefix_lists.push(peer),
                p if p.starts_with("sg-") || p.contains("/sg-") => key.source = Some(peer),
                p if p.contains(':') => key.ipv6_cidrs.push(peer),
                _ => key.cidrs.push(peer),
            }
        }
        if key.peers().next().is_none() { Err(wrong()) } else { Ok(key.without_ports_of_all()) }
    }

    fn without_ports_of_all(mut self) -> Self {
        if self.protocol == "-1" {
            (self.from, self.to) = (0, 0);
        }
        self
    }

    fn peers(&self) -> impl Iterator<Item = &str> {
        let lists = self.cidrs.iter().chain(&self.ipv6_cidrs).chain(&self.prefix_lists).chain(&self.source);
        lists.map(String::as_str).chain(self.own.then_some(OWN))
    }

    /// The id that Terraform gives a rule: a CRC-32 over all of it.
    pub fn state_id(&self) -> String {
        let kind = if self.egress { "egress" } else { "ingress" };
        let mut text = format!("{}-", self.group);
        for port in [self.from, self.to].into_iter().filter(|port| *port > 0) {
            text.push_str(&format!("{port}-"));
        }
        text.push_str(&format!("{}-{kind}-", self.protocol));
        for list in [&self.cidrs, &self.ipv6_cidrs, &self.prefix_lists] {
            let mut sorted = list.clone();
            sorted.sort();
            text.extend(sorted.iter().map(|peer| format!("{peer}-")));
        }
        let foreign = self.source.as_ref().map(|s| s.rsplit_once('/').map_or(s.as_str(), |(_, group)| group));
        let mut groups: Vec<&str> = foreign.into_iter().chain(self.own.then_some(self.group.as_str())).collect();
        groups.sort_unstable();
        text.extend(groups.iter().map(|group| format!("{group}--")));
        format!("sgrule-{}", names::checksum(&text))
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.egress { "egress" } else { "ingress" };
        write!(f, "{}_{kind}_{}_{}_{}", self.group, self.protocol, self.from, self.to)?;
        self.peers().try_for_each(|peer| write!(f, "_{peer}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As in states written by Terraform.
    fn check(text: &str, id: &str) {
        let key = Key::parse(text).expect("valid");
        assert_eq!(key.state_id(), id);
        assert_eq!(key.to_string(), text);
    }

    #[test]
    fn ids_are_those_of_terraform() {
        let group = "sg-a4df08f8902a95f51";
        check(&format!("{group}_ingress_tcp_80_80_10.0.0.0/8_10.1.0.0/16"), "sgrule-1450011948");
        check(&format!("{group}_egress_-1_0_0_self"), "sgrule-4214695340");
        check(&format!("{group}_ingress_tcp_90_90_sg-a1f95b541e375d137"), "sgrule-1875608128");
        check(&format!("{group}_ingress_tcp_91_91_::/0"), "sgrule-2487586625");
    }

    #[test]
    fn a_text_without_a_peer_is_no_rule() {
        for text in ["sg-1", "sg-1_ingress_tcp_80_80", "sg-1_in_tcp_80_80_self", "sg-1_ingress_tcp_a_80_self"] {
            assert!(Key::parse(text).is_err(), "{text}");
        }
    }
}
