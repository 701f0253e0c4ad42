//! `aws_security_group_rule`: one configuration, and a rule of AWS for each of its peers.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ec2::types::{IpPermission, IpRange, Ipv6Range, PrefixListId, SecurityGroupRule as Live, UserIdGroupPair};

use super::classic_rule_id::{Key, LISTS, PEERS};
use super::inline_rules::{Rule, Rules, of_objects, of_permissions, protocol, to_permissions};
use super::read::{FILTER_VALUES, gone, visible};
use super::tags::filter;
use crate::aws::{Client, validate};
use crate::provider::{
    Actions, CreateCx, Error, Found, Intent, Object, PlannedChange, RemoteId, ResourceType, Result, Timeouts,
};
use crate::schema::{Schema, boolean, list_of, number, string};
use crate::value::{Kind, Type, Value};

pub struct ClassicRule;

impl ResourceType for ClassicRule {
    type Client = Client;
    const NAME: &'static str = "aws_security_group_rule";
    const READ_BATCH: usize = 1000;
    const ACTIONS: Actions = Actions {
        read: &["ec2:DescribeSecurityGroupRules"],
        create: &["ec2:AuthorizeSecurityGroupIngress", "ec2:AuthorizeSecurityGroupEgress"],
        update: &["ec2:UpdateSecurityGroupRuleDescriptionsIngress", "ec2:UpdateSecurityGroupRuleDescriptionsEgress"],
        delete: &["ec2:RevokeSecurityGroupIngress", "ec2:RevokeSecurityGroupEgress"],
    };

    fn schema() -> Schema {
        let list = || list_of(Type::String).optional().force_new();
        Schema::new(2)
            .attr("cidr_blocks", list())
            .attr("description", string().optional())
            .attr("from_port", number().required().force_new().check(validate::port))
            .attr("id", string().optional().computed())
            .attr("ipv6_cidr_blocks", list())
            .attr("prefix_list_ids", list())
            .attr("protocol", string().required().force_new())
            .attr("security_group_id", string().required().force_new())
            .attr("security_group_rule_id", string().computed())
            .attr("self", boolean().optional().force_new().default(false))
            .attr("source_security_group_id", string().optional().computed().force_new())
            .attr("to_port", number().required().force_new().check(validate::port))
            .attr("type", string().required().force_new().check(kind))
            .timeouts(&["create"])
    }

    /// All that a rule is made of, as at import: the `id` in state is a hash.
    fn remote_id(object: &Object) -> Option<RemoteId> {
        Key::of(object).map(|key| key.to_string().into())
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        _prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let keys = ids.iter().map(|id| Ok((id, Key::parse(id.as_str())?))).collect::<Result<Vec<_>>>()?;
        let groups: BTreeSet<String> = keys.iter().map(|(_, key)| key.group.clone()).collect();
        let live = load(client, &groups.into_iter().collect::<Vec<_>>()).await?;
        let mut found = gone(ids);
        for (id, key) in keys {
            if let Some(object) = live.get(&key.group).and_then(|rules| object(&key, rules)) {
                found.insert(id.clone(), Found::Object(object));
            }
        }
        Ok(found)
    }

    fn customize_plan(change: &mut PlannedChange) {
        check_peers(change);
        check_networks(change);
        let Some(planned) = change.planned.get("protocol") else { return };
        if let Kind::String(text) = &planned.kind {
            let named = Value::from(protocol(text)).mark(planned.marks);
            change.planned.set("protocol", named);
        }
        // With all protocols there are no ports, whatever the configuration says.
        let Some(prior) = change.prior.as_ref().filter(|p| p.str("protocol") == Some("-1")) else { return };
        if change.planned.str("protocol") == Some("-1") {
            for name in ["from_port", "to_port"].into_iter().filter(|name| prior.i64(name) == Some(0)) {
                change.planned.set(name, 0);
            }
        }
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let key = Key::of(want).ok_or_else(|| Error::other("the rule is not known yet"))?;
        let rules = Some(to_permissions(&rules_of(&key, want.string("description")), &key.group));
        visible(|| async {
            let (ec2, rules) = (cx.client.ec2(), rules.clone());
            if key.egress {
                let call = ec2.authorize_security_group_egress().group_id(&key.group).set_ip_permissions(rules);
                call.send().await.map(drop).map_err(Error::from)
            } else {
                let call = ec2.authorize_security_group_ingress().group_id(&key.group).set_ip_permissions(rules);
                call.send().await.map(drop).map_err(Error::from)
            }
        })
        .await?;
        let id = RemoteId::from(key.to_string());
        cx.created(&id);
        Ok(id)
    }

    async fn update(client: &Client, id: &RemoteId, prior: &Object, want: &Object) -> Result<()> {
        if prior.string("description") == want.string("description") {
            return Ok(());
        }
        let key = Key::parse(id.as_str())?;
        let (ec2, rules) = (client.ec2(), to_permissions(&rules_of(&key, want.string("description")), &key.group));
        if key.egress {
            let call = ec2.update_security_group_rule_descriptions_egress().group_id(&key.group);
            call.set_ip_permissions(Some(rules)).send().await?;
        } else {
            let call = ec2.update_security_group_rule_descriptions_ingress().group_id(&key.group);
            call.set_ip_permissions(Some(rules)).send().await?;
        }
        Ok(())
    }

    async fn delete(client: &Client, id: &RemoteId, _prior: &Object) -> Result<()> {
        let key = Key::parse(id.as_str())?;
        let (ec2, rules) = (client.ec2(), Some(to_permissions(&rules_of(&key, None), &key.group)));
        let done = if key.egress {
            let call = ec2.revoke_security_group_egress().group_id(&key.group).set_ip_permissions(rules);
            call.send().await.map(drop).map_err(Error::from)
        } else {
            let call = ec2.revoke_security_group_ingress().group_id(&key.group).set_ip_permissions(rules);
            call.send().await.map(drop).map_err(Error::from)
        };
        done.or_else(Error::unless_not_found)
    }

    fn timeouts() -> Timeouts {
        Timeouts::minutes(5, 5, 5)
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        Key::of(want).map(|key| ("rule".to_owned(), key.to_string())).into_iter().collect()
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let Some(id) = intent.identity.get("rule") else { return Ok(None) };
        let key = Key::parse(id)?;
        let live = load(client, std::slice::from_ref(&key.group)).await?;
        let exists = live.get(&key.group).is_some_and(|rules| object(&key, rules).is_some());
        Ok(exists.then(|| id.as_str().into()))
    }

    fn import_id(text: &str) -> Result<RemoteId> {
        Ok(Key::parse(text)?.to_string().into())
    }
}

fn kind(value: &Value) -> std::result::Result<(), String> {
    validate::one_of(value, &["ingress", "egress"])
}

fn check_peers(change: &mut PlannedChange) {
    let given = |name: &str| match change.config.get(name) {
        Some(value) if name == "self" => !value.is_known() || value.as_bool() == Some(true),
        value => value.is_some_and(|v| !v.is_null()),
    };
    if !PEERS.iter().any(|name| given(name)) {
        change.error("cidr_blocks", format!("A rule needs a peer: set one of \"{}\".", PEERS.join("\", \"")));
        return;
    }
    let set = |name: &str| change.config.get(name).is_some_and(|v| v.is_known() && given(name));
    let networks = ["cidr_blocks", "ipv6_cidr_blocks"];
    let clash = |one: &'static str, others: &[&'static str]| {
        others.iter().find(|other| set(one) && set(other)).map(|other| (one, *other))
    };
    let clash =
        clash("self", &networks).or_else(|| clash("source_security_group_id", &[networks[0], networks[1], "self"]));
    if let Some((one, other)) = clash {
        change.error(one, format!("Only one of \"{one}\" and \"{other}\" may be set."));
    }
}

fn check_networks(change: &mut PlannedChange) {
    for name in ["cidr_blocks", "ipv6_cidr_blocks"] {
        let items = change.config.get(name).and_then(Value::as_slice).unwrap_or_default();
        let wrong = items.iter().filter(|v| v.is_known()).find_map(|v| validate::cidr(v).err());
        if let Some(why) = wrong {
            change.error(name, why);
        }
    }
}

/// The rules that AWS makes of a key.
fn rules_of(key: &Key, description: Option<String>) -> Rules {
    let element = Object::new()
        .with("protocol", key.protocol.as_str())
        .with("from_port", key.from)
        .with("to_port", key.to)
        .with("cidr_blocks", key.cidrs.clone())
        .with("ipv6_cidr_blocks", key.ipv6_cidrs.clone())
        .with("prefix_list_ids", key.prefix_lists.clone())
        .with("security_groups", key.source.iter().cloned().collect::<Vec<_>>())
        .with("self", key.own)
        .with("description", description.unwrap_or_default());
    of_objects(&[element], &key.group)
}

/// A live rule with its id and its description.
struct Known {
    rule: Rule,
    egress: bool,
    id: String,
    description: String,
}

/// Rules of groups, by group.
async fn load(client: &Client, groups: &[String]) -> Result<BTreeMap<String, std::sync::Arc<Vec<Known>>>> {
    client
        .load("ec2:rules-of-security-groups", groups, |groups| async move {
            let mut rules: BTreeMap<String, Vec<Known>> = BTreeMap::new();
            for some in groups.chunks(FILTER_VALUES) {
                let call = client.ec2().describe_security_group_rules().filters(filter("group-id", some));
                let all: Vec<Live> = call.into_paginator().items().send().try_collect().await?;
                for live in all {
                    let group = live.group_id.clone().unwrap_or_default();
                    rules.entry(group).or_default().extend(known(&live));
                }
            }
            Ok(rules)
        })
        .await
}

fn known(live: &Live) -> Option<Known> {
    let mut permission = IpPermission::builder()
        .set_ip_protocol(live.ip_protocol.clone())
        .set_from_port(live.from_port)
        .set_to_port(live.to_port);
    if let Some(cidr) = &live.cidr_ipv4 {
        permission = permission.ip_ranges(IpRange::builder().cidr_ip(cidr).build());
    }
    if let Some(cidr) = &live.cidr_ipv6 {
        permission = permission.ipv6_ranges(Ipv6Range::builder().cidr_ipv6(cidr).build());
    }
    if let Some(list) = &live.prefix_list_id {
        permission = permission.prefix_list_ids(PrefixListId::builder().prefix_list_id(list).build());
    }
    if let Some(peer) = &live.referenced_group_info {
        let pair = UserIdGroupPair::builder().set_group_id(peer.group_id.clone()).set_user_id(peer.user_id.clone());
        permission = permission.user_id_group_pairs(pair.build());
    }
    let group = live.group_id.as_deref().unwrap_or_default();
    let (rule, _) = of_permissions(&[permission.build()], group, live.group_owner_id.as_deref()).into_iter().next()?;
    Some(Known {
        rule,
        egress: live.is_egress.unwrap_or_default(),
        id: live.security_group_rule_id.clone().unwrap_or_default(),
        description: live.description.clone().unwrap_or_default(),
    })
}

/// The object of a key; `None` unless the group has all its rules.
fn object(key: &Key, live: &[Known]) -> Option<Object> {
    let mut own = Vec::new();
    for rule in rules_of(key, None).keys() {
        own.push(live.iter().find(|k| k.egress == key.egress && k.rule == *rule)?);
    }
    let first = own.first()?;
    let id = if own.len() == 1 { first.id.as_str() } else { "" };
    let mut object = Object::new()
        .with("description", Some(first.description.clone()).filter(|d| !d.is_empty()))
        .with("from_port", key.from)
        .with("id", key.state_id())
        .with("protocol", key.protocol.as_str())
        .with("security_group_id", key.group.as_str())
        .with("security_group_rule_id", id)
        .with("self", key.own)
        .with("source_security_group_id", key.source.clone())
        .with("to_port", key.to)
        .with("type", if key.egress { "egress" } else { "ingress" });
    for (name, values) in LISTS.into_iter().zip([&key.cidrs, &key.ipv6_cidrs, &key.prefix_lists]) {
        let list = values.iter().map(Value::from).collect::<Vec<_>>();
        object.set(name, if list.is_empty() { Value::null(Type::list(Type::String)) } else { Value::tuple(list) });
    }
    Some(object)
}
