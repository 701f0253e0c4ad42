//! `ingress` and `egress` of a network ACL: sets of numbered entries.

use aws_sdk_ec2::types::{IcmpTypeCode, NetworkAclEntry as Live, PortRange, RuleAction};

use super::protocols::{self, is_icmp};
use crate::aws::error::deleted;
use crate::aws::{Client, validate};
use crate::provider::{Object, PlannedChange, Result};
use crate::schema::{Block, Normal, number, string};
use crate::value::{Kind, Type, Value};

/// Numbers of the entries that AWS itself ends each ACL with. Nobody can change them.
const LAST: [i32; 2] = [32767, 32768];

/// What one entry lets through or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub number: i32,
    pub action: String,
    pub protocol: i32,
    pub cidr: Option<String>,
    pub ipv6_cidr: Option<String>,
    pub ports: (i32, i32),
    pub icmp: (i32, i32),
}

/// The attributes of an entry, as a nested block.
pub fn block() -> Block {
    Block::new()
        .attr("action", string().required().check(action))
        .attr("cidr_block", string().optional().check(cidr))
        .attr("from_port", number().required().check(port))
        .attr("icmp_code", number().optional().normal(Normal::Verbatim))
        .attr("icmp_type", number().optional().normal(Normal::Verbatim))
        .attr("ipv6_cidr_block", string().optional().check(cidr))
        .attr("protocol", string().required().check(protocols::check))
        .attr("rule_no", number().required().check(rule_number))
        .attr("to_port", number().required().check(port))
}

pub fn action(value: &Value) -> std::result::Result<(), String> {
    let text = value.as_str().unwrap_or_default();
    if ["allow", "deny"].iter().any(|known| text.eq_ignore_ascii_case(known)) {
        return Ok(());
    }
    Err(format!("\"{text}\" is not an action: it is \"allow\" or \"deny\"."))
}

/// A network, or nothing.
pub fn cidr(value: &Value) -> std::result::Result<(), String> {
    if value.as_str() == Some("") { Ok(()) } else { validate::cidr(value) }
}

fn port(value: &Value) -> std::result::Result<(), String> {
    validate::between(value, 0, 65535)
}

pub fn rule_number(value: &Value) -> std::result::Result<(), String> {
    validate::between(value, 1, 32766)
}

impl Entry {
    /// What a configured entry means; `None` while parts of it are unknown.
    pub fn of(entry: &Object) -> Option<Self> {
        if !entry.0.values().all(Value::is_wholly_known) {
            return None;
        }
        let whole = |name| entry.i32(name).unwrap_or_default();
        Some(Self {
            number: whole("rule_no"),
            action: entry.str("action").unwrap_or_default().to_ascii_lowercase(),
            protocol: protocols::number(entry.str("protocol").unwrap_or_default())?,
            cidr: entry.string("cidr_block"),
            ipv6_cidr: entry.string("ipv6_cidr_block"),
            ports: (whole("from_port"), whole("to_port")),
            icmp: (whole("icmp_type"), whole("icmp_code")),
        })
    }

    fn of_live(entry: &Live) -> Self {
        let ports = entry.port_range.as_ref();
        let icmp = entry.icmp_type_code.as_ref();
        Self {
            number: entry.rule_number.unwrap_or_default(),
            action: entry.rule_action.as_ref().map_or("", RuleAction::as_str).to_ascii_lowercase(),
            protocol: entry.protocol.as_deref().and_then(protocols::number).unwrap_or(protocols::ALL),
            cidr: entry.cidr_block.clone(),
            ipv6_cidr: entry.ipv6_cidr_block.clone(),
            ports: (ports.and_then(|p| p.from).unwrap_or_default(), ports.and_then(|p| p.to).unwrap_or_default()),
            icmp: (icmp.and_then(|i| i.r#type).unwrap_or_default(), icmp.and_then(|i| i.code).unwrap_or_default()),
        }
    }

    fn to_object(&self) -> Object {
        Object::new()
            .with("action", self.action.as_str())
            .with("cidr_block", self.cidr.clone().unwrap_or_default())
            .with("from_port", self.ports.0)
            .with("icmp_code", self.icmp.1)
            .with("icmp_type", self.icmp.0)
            .with("ipv6_cidr_block", self.ipv6_cidr.clone().unwrap_or_default())
            .with("protocol", self.protocol.to_string())
            .with("rule_no", self.number)
            .with("to_port", self.ports.1)
    }

    fn port_range(&self) -> PortRange {
        PortRange::builder().from(self.ports.0).to(self.ports.1).build()
    }

    fn icmp_type_code(&self) -> Option<IcmpTypeCode> {
        is_icmp(self.protocol).then(|| IcmpTypeCode::builder().r#type(self.icmp.0).code(self.icmp.1).build())
    }

    /// Adds the entry to an ACL.
    pub async fn create(&self, client: &Client, acl: &str, egress: bool) -> Result<()> {
        let call = client.ec2().create_network_acl_entry().network_acl_id(acl).egress(egress).rule_number(self.number);
        call.protocol(self.protocol.to_string())
            .rule_action(RuleAction::from(self.action.as_str()))
            .set_cidr_block(self.cidr.clone())
            .set_ipv6_cidr_block(self.ipv6_cidr.clone())
            .port_range(self.port_range())
            .set_icmp_type_code(self.icmp_type_code())
            .send()
            .await?;
        Ok(())
    }

    /// Takes the place of the entry with the same number.
    async fn replace(&self, client: &Client, acl: &str, egress: bool) -> Result<()> {
        let call = client.ec2().replace_network_acl_entry().network_acl_id(acl).egress(egress).rule_number(self.number);
        call.protocol(self.protocol.to_string())
            .rule_action(RuleAction::from(self.action.as_str()))
            .set_cidr_block(self.cidr.clone())
            .set_ipv6_cidr_block(self.ipv6_cidr.clone())
            .port_range(self.port_range())
            .set_icmp_type_code(self.icmp_type_code())
            .send()
            .await?;
        Ok(())
    }
}

/// Takes an entry from an ACL. Already gone is `Ok`.
pub async fn delete(client: &Client, acl: &str, egress: bool, number: i32) -> Result<()> {
    let call = client.ec2().delete_network_acl_entry().network_acl_id(acl).egress(egress).rule_number(number);
    deleted(call.send().await)
}

/// The entries of one direction, without those of AWS itself.
pub fn live(entries: &[Live], egress: bool) -> impl Iterator<Item = Entry> + '_ {
    let own = move |e: &&Live| e.egress.unwrap_or_default() == egress && !LAST.contains(&e.rule_number.unwrap_or(0));
    entries.iter().filter(own).map(Entry::of_live)
}

/// The entries of one direction as state has them.
pub fn objects(entries: &[Live], egress: bool) -> Vec<Object> {
    live(entries, egress).map(|e| e.to_object()).collect()
}

/// Brings one direction of an ACL from `prior` to `want`.
pub async fn change(client: &Client, acl: &str, egress: bool, prior: &Object, want: &Object) -> Result<()> {
    let name = if egress { "egress" } else { "ingress" };
    if want.is_unknown(name) {
        return Ok(());
    }
    let entries = |o: &Object| o.objects(name).iter().filter_map(Entry::of).collect::<Vec<_>>();
    let (old, new) = (entries(prior), entries(want));
    for entry in old.iter().filter(|o| !new.iter().any(|n| n.number == o.number)) {
        delete(client, acl, egress, entry.number).await?;
    }
    for entry in &new {
        match old.iter().find(|o| o.number == entry.number) {
            Some(before) if before == entry => {}
            Some(_) => entry.replace(client, acl, egress).await?,
            None => entry.create(client, acl, egress).await?,
        }
    }
    Ok(())
}

/// Plans one direction: what means the same stays as it is, and a new entry has texts in place of nulls.
pub fn plan(change: &mut PlannedChange, name: &str) {
    let Some(Kind::Set(element, configured)) = change.config.get(name).map(|v| v.kind.clone()) else { return };
    let prior = change.prior.as_ref().and_then(|p| p.get(name)).cloned();
    let known: Vec<Entry> =
        change.prior.iter().flat_map(|p| p.objects(name)).filter_map(|entry| Entry::of(&entry)).collect();
    let wanted: Vec<Option<Entry>> = configured.iter().map(|v| Entry::of(&Object::from_value(v))).collect();
    let is_known = |e: &Option<Entry>| e.as_ref().is_some_and(|e| known.contains(e));
    if let Some(prior) = prior.filter(|_| wanted.len() == known.len() && wanted.iter().all(is_known)) {
        change.planned.set(name, prior);
        return;
    }
    let planned = |(value, entry): (&Value, &Option<Entry>)| {
        if is_known(entry) { value.clone() } else { without_null_texts(value) }
    };
    let items = configured.iter().zip(&wanted).map(planned).collect();
    let marks = change.config.get(name).map(|v| v.marks).unwrap_or_default();
    change.planned.set(name, Value::set(element, items).mark(marks));
}

fn without_null_texts(value: &Value) -> Value {
    value.clone().map_deep(&mut |v: Value| match &v.kind {
        Kind::Null(Type::String) => Value::from("").mark(v.marks),
        _ => v,
    })
}

/// Checks entries that are written as values, which the schema checks for nested blocks only.
pub fn check(change: &mut PlannedChange, name: &str) {
    let block = block();
    let mut wrong = Vec::new();
    for entry in change.config.objects(name) {
        for (attribute, schema) in &block.attributes {
            let value = entry.get(attribute).filter(|v| v.is_wholly_known() && !v.is_null());
            let why = value.and_then(|value| schema.validators.iter().find_map(|check| check(value).err()));
            wrong.extend(why.map(|why| format!("{attribute}: {why}")));
        }
    }
    for why in wrong {
        change.error(name, why);
    }
}

/// Checks that each number stands for one entry.
pub fn check_numbers(change: &mut PlannedChange, name: &str) {
    let mut numbers: Vec<i32> = change.config.objects(name).iter().filter_map(|e| e.i32("rule_no")).collect();
    numbers.sort_unstable();
    let twice = numbers.iter().zip(numbers.iter().skip(1)).find(|(a, b)| a == b).map(|(n, _)| *n);
    if let Some(number) = twice {
        change.error(name, format!("Two entries have the number {number}: each number stands for one."));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(protocol: &str, action: &str) -> Object {
        Object::new()
            .with("rule_no", 100)
            .with("action", action)
            .with("protocol", protocol)
            .with("cidr_block", "10.0.0.0/8")
            .with("ipv6_cidr_block", Value::null(Type::String))
            .with("from_port", 80)
            .with("to_port", 80)
    }

    #[test]
    fn spellings_of_an_entry_mean_the_same() {
        let one = Entry::of(&entry("tcp", "ALLOW")).expect("known");
        assert_eq!(Some(&one), Entry::of(&entry("6", "allow")).as_ref());
        assert_eq!(Some(&one), Entry::of(&one.to_object()).as_ref());
        assert_ne!(Some(&one), Entry::of(&entry("udp", "allow")).as_ref());
        assert_eq!(Entry::of(&entry("tcp", "allow").with("cidr_block", Value::unknown(Type::String))), None);
    }

    #[test]
    fn entries_of_aws_are_left_out() {
        let live_entry = |number| Live::builder().rule_number(number).egress(true).protocol("-1").build();
        let all = [live_entry(100), live_entry(32767), live_entry(32768)];
        assert_eq!(live(&all, true).map(|e| e.number).collect::<Vec<_>>(), [100]);
        assert_eq!(live(&all, false).count(), 0);
    }
}
