//! `aws_network_acl_rule`

use std::collections::BTreeMap;

use super::network_acl_entries::{self, Entry, live, rule_number};
use super::network_acls::load;
use super::read::{gone, visible};
use super::{names, protocols};
use crate::aws::Client;
use crate::provider::{Actions, CreateCx, Error, Found, Intent, Object, PlannedChange, RemoteId, ResourceType, Result};
use crate::schema::{Schema, boolean, number, string};

pub struct NetworkAclRule;

/// What tells a rule from another one with the same number.
const CONTENT: [&str; 4] = ["cidr_block", "ipv6_cidr_block", "protocol", "rule_action"];

impl ResourceType for NetworkAclRule {
    type Client = Client;
    const NAME: &'static str = "aws_network_acl_rule";
    const READ_BATCH: usize = 1000;
    const ACTIONS: Actions = Actions {
        read: &["ec2:DescribeNetworkAcls"],
        create: &["ec2:CreateNetworkAclEntry"],
        update: &[],
        delete: &["ec2:DeleteNetworkAclEntry"],
    };

    fn schema() -> Schema {
        let whole = || number().optional().force_new();
        Schema::new(0)
            .attr("cidr_block", string().optional().force_new().check(network_acl_entries::cidr))
            .attr("egress", boolean().optional().force_new().default(false))
            .attr("from_port", whole())
            .attr("icmp_code", whole())
            .attr("icmp_type", whole())
            .attr("id", string().optional().computed())
            .attr("ipv6_cidr_block", string().optional().force_new().check(network_acl_entries::cidr))
            .attr("network_acl_id", string().required().force_new())
            .attr("protocol", string().required().force_new().check(protocols::check))
            .attr("rule_action", string().required().force_new().check(network_acl_entries::action))
            .attr("rule_number", number().required().force_new().check(rule_number))
            .attr("to_port", whole())
    }

    /// ACL, number, protocol and direction, as at import: the `id` in state is a hash.
    fn remote_id(object: &Object) -> Option<RemoteId> {
        let (acl, number) = (object.string("network_acl_id")?, object.i64("rule_number")?);
        let egress = object.bool("egress").unwrap_or_default();
        Some(format!("{acl}:{number}:{}:{egress}", object.string("protocol")?).into())
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let mut wanted: Vec<String> = ids.iter().filter_map(|id| Some(key(id).ok()?.acl.to_owned())).collect();
        wanted.sort();
        wanted.dedup();
        let acls = load(client, &wanted).await?;
        let mut found = gone(ids);
        for id in ids {
            let key = key(id)?;
            let entries = acls.get(key.acl).and_then(|a| a.entries.as_deref()).unwrap_or_default();
            if let Some(entry) = live(entries, key.egress).find(|e| e.number == key.number) {
                found.insert(id.clone(), Found::Object(object(&key, &entry, prior.get(id))));
            }
        }
        Ok(found)
    }

    fn customize_plan(change: &mut PlannedChange) {
        let set = |name: &str| change.config.string(name).is_some();
        let unknown = ["cidr_block", "ipv6_cidr_block"].iter().any(|name| change.config.is_unknown(name));
        match (set("cidr_block"), set("ipv6_cidr_block")) {
            (true, true) => change.error("ipv6_cidr_block", "A rule has one network: \"cidr_block\" is set already."),
            (false, false) if !unknown => {
                change.error("cidr_block", "A rule needs a network: set \"cidr_block\" or \"ipv6_cidr_block\".");
            }
            _ => {}
        }
        // Spellings of one protocol.
        let number = |o: &Object| o.str("protocol").and_then(protocols::number);
        let Some(prior) = change.prior.as_ref() else { return };
        if number(prior).is_some() && number(prior) == number(&change.planned) {
            let spelled = prior.string("protocol").unwrap_or_default();
            change.planned.set("protocol", spelled);
        }
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let id = Self::remote_id(want).ok_or_else(|| Error::other("the rule has no number or no protocol"))?;
        let (key, entry) = (key(&id)?, entry(want).ok_or_else(|| Error::other("the rule is not known yet"))?);
        visible(|| entry.create(cx.client, key.acl, key.egress)).await?;
        cx.created(&id);
        Ok(id)
    }

    async fn delete(client: &Client, id: &RemoteId, _prior: &Object) -> Result<()> {
        let key = key(id)?;
        network_acl_entries::delete(client, key.acl, key.egress, key.number).await
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        let id = Self::remote_id(want).map(|id| ("rule".to_owned(), id.to_string()));
        let content = CONTENT.into_iter().filter_map(|name| Some((name.to_owned(), want.string(name)?)));
        id.into_iter().chain(content).collect()
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let Some(id) = intent.identity.get("rule").map(|id| RemoteId::from(id.as_str())) else { return Ok(None) };
        let key = key(&id)?;
        let acls = load(client, &[key.acl.to_owned()]).await?;
        let entries = acls.get(key.acl).and_then(|a| a.entries.as_deref()).unwrap_or_default();
        let exists = live(entries, key.egress).any(|e| e.number == key.number && is_entry(&e, &intent.identity));
        Ok(exists.then_some(id))
    }

    fn import_id(text: &str) -> Result<RemoteId> {
        let id = RemoteId::from(text);
        match key(&id) {
            Ok(_) => Ok(id),
            Err(_) => {
                Err(Error::other(format!("\"{text}\" is not ACL:NUMBER:PROTOCOL:EGRESS, such as acl-1:100:tcp:false")))
            }
        }
    }
}

/// The parts of an id.
struct Key<'a> {
    acl: &'a str,
    number: i32,
    protocol: &'a str,
    egress: bool,
}

fn key(id: &RemoteId) -> Result<Key<'_>> {
    let wrong = || Error::other(format!("unexpected id \"{id}\""));
    let [acl, number, protocol, egress] = id.split(':')[..] else { return Err(wrong()) };
    let (number, egress) = (number.parse().map_err(|_| wrong())?, egress.parse().map_err(|_| wrong())?);
    Ok(Key { acl, number, protocol, egress })
}

fn entry(want: &Object) -> Option<Entry> {
    let whole = |name| want.i32(name).unwrap_or_default();
    Some(Entry {
        number: want.i32("rule_number")?,
        action: want.str("rule_action")?.to_ascii_lowercase(),
        protocol: protocols::number(want.str("protocol")?)?,
        cidr: want.string("cidr_block"),
        ipv6_cidr: want.string("ipv6_cidr_block"),
        ports: (whole("from_port"), whole("to_port")),
        icmp: (whole("icmp_type"), whole("icmp_code")),
    })
}

/// Whether a live entry is the one that an identity speaks of.
fn is_entry(entry: &Entry, identity: &BTreeMap<String, String>) -> bool {
    let of = |name: &str| identity.get(name);
    of("cidr_block") == entry.cidr.as_ref()
        && of("ipv6_cidr_block") == entry.ipv6_cidr.as_ref()
        && of("protocol").and_then(|p| protocols::number(p)) == Some(entry.protocol)
        && of("rule_action").is_some_and(|action| action.eq_ignore_ascii_case(&entry.action))
}

/// The id that Terraform gives a rule, by the protocol as the configuration spells it.
fn state_id(key: &Key<'_>) -> String {
    let text = format!("{}-{}-{}-{}-", key.acl, key.number, key.egress, key.protocol);
    format!("nacl-{}", names::checksum(&text))
}

fn object(key: &Key<'_>, entry: &Entry, prior: Option<&Object>) -> Object {
    let id = prior.and_then(|p| p.string("id")).unwrap_or_else(|| state_id(key));
    let spelled = prior.and_then(|p| p.string("rule_action")).filter(|a| a.eq_ignore_ascii_case(&entry.action));
    let mut object = Object::new()
        .with("cidr_block", entry.cidr.clone().unwrap_or_default())
        .with("egress", key.egress)
        .with("id", id)
        .with("ipv6_cidr_block", entry.ipv6_cidr.clone().unwrap_or_default())
        .with("network_acl_id", key.acl)
        .with("protocol", entry.protocol.to_string())
        .with("rule_action", spelled.unwrap_or_else(|| entry.action.clone()))
        .with("rule_number", entry.number);
    // AWS keeps ports for some protocols only, and types for ICMP only.
    if protocols::is_icmp(entry.protocol) {
        object.set("icmp_type", entry.icmp.0).set("icmp_code", entry.icmp.1);
    }
    if protocols::has_ports(entry.protocol) {
        object.set("from_port", entry.ports.0).set("to_port", entry.ports.1);
    }
    object
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_four_parts() {
        let id = NetworkAclRule::import_id("acl-1:100:tcp:true").expect("valid");
        let parts = key(&id).expect("valid");
        assert_eq!((parts.acl, parts.number, parts.protocol, parts.egress), ("acl-1", 100, "tcp", true));
        assert!(NetworkAclRule::import_id("acl-1:x:tcp:true").is_err());
        assert!(NetworkAclRule::import_id("acl-1").is_err());
    }
}
