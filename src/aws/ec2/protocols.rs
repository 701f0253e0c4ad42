//! Numbers of IP protocols (IANA "Protocol Numbers"), by which network ACLs know them.

use crate::value::Value;

/// All protocols.
pub const ALL: i32 = -1;
const ICMP: i32 = 1;
const TCP: i32 = 6;
const UDP: i32 = 17;
const ICMP_V6: i32 = 58;

/// The protocols that are called by a name.
const NAMES: [(&str, i32); 38] = [
    ("all", ALL),
    ("hopopt", 0),
    ("icmp", ICMP),
    ("igmp", 2),
    ("ggp", 3),
    ("ipv4", 4),
    ("st", 5),
    ("tcp", TCP),
    ("cbt", 7),
    ("egp", 8),
    ("igp", 9),
    ("pup", 12),
    ("udp", UDP),
    ("hmp", 20),
    ("rdp", 27),
    ("dccp", 33),
    ("ipv6", 41),
    ("ipv6-route", 43),
    ("ipv6-frag", 44),
    ("idrp", 45),
    ("rsvp", 46),
    ("gre", 47),
    ("esp", 50),
    ("ah", 51),
    ("skip", 57),
    ("icmpv6", ICMP_V6),
    ("ipv6-nonxt", 59),
    ("ipv6-opts", 60),
    ("eigrp", 88),
    ("ospf", 89),
    ("ipip", 94),
    ("etherip", 97),
    ("encap", 98),
    ("pim", 103),
    ("vrrp", 112),
    ("l2tp", 115),
    ("sctp", 132),
    ("udplite", 136),
];

/// The number of a protocol that is given by its number or its name.
pub fn number(text: &str) -> Option<i32> {
    let named = NAMES.iter().find(|(name, _)| *name == text).map(|(_, number)| *number);
    named.or_else(|| text.parse().ok().filter(|n| (ALL..=255).contains(n)))
}

/// Whether entries for the protocol have a type and a code in place of ports.
pub fn is_icmp(number: i32) -> bool {
    number == ICMP || number == ICMP_V6
}

/// Whether entries for the protocol have ports.
pub fn has_ports(number: i32) -> bool {
    number == TCP || number == UDP
}

/// Checks the protocol of an entry.
pub fn check(value: &Value) -> Result<(), String> {
    let text = value.as_str().unwrap_or_default();
    match number(text) {
        Some(_) => Ok(()),
        None => Err(format!("\"{text}\" is no protocol: give its number, -1 for all, or a name such as \"tcp\".")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn protocols_have_names_and_numbers() {
        let numbers = ["tcp", "6", "all", "-1", "icmpv6"].map(number);
        assert_eq!(numbers, [Some(6), Some(6), Some(ALL), Some(ALL), Some(58)]);
        assert_eq!(["256", "-2", "tcpp", ""].map(number), [None; 4]);
    }
}
