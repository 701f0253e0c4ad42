//! `aws_vpc_security_group_ingress_rule` and `aws_vpc_security_group_egress_rule`

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{
    IpPermission, IpRange, Ipv6Range, PrefixListId, ResourceType as Kind, SecurityGroupRule as Live,
    SecurityGroupRuleRequest, SecurityGroupRuleUpdate,
};

use super::inline_rules::{pair, protocol};
use super::read::{FILTER_VALUES, arn, gone, texts, visible};
use super::route_tables::{canonical, same_destination};
use super::tags;
use crate::addr::Path;
use crate::aws::{Client, tags as all_tags, validate};
use crate::provider::{Actions, CreateCx, Error, Found, Intent, Object, PlannedChange, RemoteId, ResourceType, Result};
use crate::schema::{Schema, map_of, number, string};
use crate::value::{Type, Value};

pub struct SecurityGroupRule<const EGRESS: bool>;

/// Whom a rule is about: exactly one of these. Another value is set in place, another kind is another rule.
const PEERS: [&str; 4] = ["cidr_ipv4", "cidr_ipv6", "prefix_list_id", "referenced_security_group_id"];

impl<const EGRESS: bool> ResourceType for SecurityGroupRule<EGRESS> {
    type Client = Client;
    const NAME: &'static str =
        if EGRESS { "aws_vpc_security_group_egress_rule" } else { "aws_vpc_security_group_ingress_rule" };
    const READ_BATCH: usize = 1000;
    const PLANS_EXACTLY: bool = true;
    const ACTIONS: Actions = Actions {
        read: &["ec2:DescribeSecurityGroupRules"],
        create: if EGRESS {
            &["ec2:AuthorizeSecurityGroupEgress", "ec2:CreateTags"]
        } else {
            &["ec2:AuthorizeSecurityGroupIngress", "ec2:CreateTags"]
        },
        update: &["ec2:ModifySecurityGroupRules", "ec2:CreateTags", "ec2:DeleteTags"],
        delete: if EGRESS { &["ec2:RevokeSecurityGroupEgress"] } else { &["ec2:RevokeSecurityGroupIngress"] },
    };

    fn schema() -> Schema {
        Schema::new(0)
            .attr("arn", string().computed())
            .attr("cidr_ipv4", string().optional().check(validate::cidr))
            .attr("cidr_ipv6", string().optional().check(validate::cidr))
            .attr("description", string().optional())
            .attr("from_port", number().optional().check(validate::port))
            .attr("id", string().computed())
            .attr("ip_protocol", string().required())
            .attr("prefix_list_id", string().optional())
            .attr("referenced_security_group_id", string().optional())
            .attr("security_group_id", string().required().force_new())
            .attr("security_group_rule_id", string().computed())
            .attr("tags", map_of(Type::String).optional())
            .attr("tags_all", map_of(Type::String).computed())
            .attr("to_port", number().optional().check(validate::port))
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let rule_ids = texts(ids);
        let rules = client.load("ec2:security-group-rules", &rule_ids, |ids| describe(client, ids)).await?;
        let mut found = gone(ids);
        for (id, rule) in rules {
            if rule.is_egress.unwrap_or_default() == EGRESS {
                let id = RemoteId::from(id);
                let object = object(client, &rule, prior.get(&id));
                found.insert(id, Found::Object(object));
            }
        }
        Ok(found)
    }

    fn customize_plan(change: &mut PlannedChange) {
        let set: Vec<&str> = PEERS.into_iter().filter(|name| change.config.has(name)).collect();
        let unknown = PEERS.iter().any(|name| change.config.is_unknown(name));
        if let [first, second, ..] = set[..] {
            change.error(second, format!("A rule is about one peer: \"{first}\" is set already."));
        } else if set.is_empty() && !unknown {
            change.error("cidr_ipv4", format!("A rule needs a peer: set one of \"{}\".", PEERS.join("\", \"")));
        }
        let Some(prior) = change.prior.clone() else { return };
        for name in PEERS {
            let planned = change.planned.get(name).is_some_and(|v| !v.is_null());
            if planned != prior.has(name) {
                change.replace.insert(Path::attr(name));
            }
        }
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let ec2 = cx.client.ec2();
        let group = want.string("security_group_id");
        let tags = tags::specification(Kind::SecurityGroupRule, want).map(|t| vec![t]);
        let made = visible(|| async {
            if EGRESS {
                let call = ec2.authorize_security_group_egress().set_group_id(group.clone());
                let call = call.ip_permissions(permission(want)).set_tag_specifications(tags.clone());
                call.send().await.map(|a| a.security_group_rules).map_err(Error::from)
            } else {
                let call = ec2.authorize_security_group_ingress().set_group_id(group.clone());
                let call = call.ip_permissions(permission(want)).set_tag_specifications(tags.clone());
                call.send().await.map(|a| a.security_group_rules).map_err(Error::from)
            }
        })
        .await?;
        let id = made.unwrap_or_default().into_iter().find_map(|r| r.security_group_rule_id);
        let id = RemoteId::from(id.ok_or_else(|| Error::other("no id"))?);
        cx.created(&id);
        Ok(id)
    }

    async fn update(client: &Client, id: &RemoteId, prior: &Object, want: &Object) -> Result<()> {
        let others = ["description", "from_port", "ip_protocol", "to_port"];
        if PEERS.iter().chain(&others).any(|name| prior.get(name) != want.get(name)) {
            let rule = SecurityGroupRuleRequest::builder()
                .ip_protocol(protocol(want.str("ip_protocol").unwrap_or_default()))
                .set_from_port(want.i32("from_port"))
                .set_to_port(want.i32("to_port"))
                .set_cidr_ipv4(want.string("cidr_ipv4"))
                .set_cidr_ipv6(want.string("cidr_ipv6"))
                .set_prefix_list_id(want.string("prefix_list_id"))
                .set_referenced_group_id(want.str("referenced_security_group_id").map(|g| group_of(g).to_owned()))
                .set_description(Some(want.string("description").unwrap_or_default()))
                .build();
            let rule = SecurityGroupRuleUpdate::builder().security_group_rule_id(id.as_str()).security_group_rule(rule);
            let call = client.ec2().modify_security_group_rules().set_group_id(want.string("security_group_id"));
            call.security_group_rules(rule.build()).send().await?;
        }
        tags::update(client, id.as_str(), prior, want).await
    }

    async fn delete(client: &Client, id: &RemoteId, prior: &Object) -> Result<()> {
        let group = prior.string("security_group_id");
        let done = if EGRESS {
            let call = client.ec2().revoke_security_group_egress().set_group_id(group);
            call.security_group_rule_ids(id.as_str()).send().await.map(drop).map_err(Error::from)
        } else {
            let call = client.ec2().revoke_security_group_ingress().set_group_id(group);
            call.security_group_rule_ids(id.as_str()).send().await.map(drop).map_err(Error::from)
        };
        done.or_else(Error::unless_not_found)
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        let texts = PEERS.iter().chain(&["security_group_id", "ip_protocol"]);
        let texts = texts.filter_map(|name| Some(((*name).to_owned(), want.string(name)?)));
        let ports = ["from_port", "to_port"].into_iter();
        texts.chain(ports.filter_map(|name| Some((name.to_owned(), want.i64(name)?.to_string())))).collect()
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let Some(group) = intent.identity.get("security_group_id") else { return Ok(None) };
        let call = client.ec2().describe_security_group_rules().filters(tags::filter("group-id", [group.as_str()]));
        let all: Vec<Live> = call.into_paginator().items().send().try_collect().await?;
        let own = |r: &Live| r.is_egress.unwrap_or_default() == EGRESS && is_rule(r, &intent.identity);
        Ok(all.into_iter().find(own).and_then(|r| r.security_group_rule_id).map(RemoteId::from))
    }
}

/// Rules by id, of all kinds; those that do not exist are left out.
async fn describe(client: &Client, ids: Vec<String>) -> Result<BTreeMap<String, Live>> {
    let mut rules = BTreeMap::new();
    for some in ids.chunks(FILTER_VALUES) {
        let filter = tags::filter("security-group-rule-id", some);
        let call = client.ec2().describe_security_group_rules().filters(filter);
        let all: Vec<Live> = call.into_paginator().items().send().try_collect().await?;
        rules.extend(all.into_iter().filter_map(|r| Some((r.security_group_rule_id.clone()?, r))));
    }
    Ok(rules)
}

/// `sg-1` of `123456789012/sg-1`.
fn group_of(text: &str) -> &str {
    text.rsplit_once('/').map_or(text, |(_, group)| group)
}

fn permission(want: &Object) -> IpPermission {
    let text = want.string("description");
    let mut out = IpPermission::builder()
        .ip_protocol(protocol(want.str("ip_protocol").unwrap_or_default()))
        .set_from_port(want.i32("from_port"))
        .set_to_port(want.i32("to_port"));
    if let Some(cidr) = want.string("cidr_ipv4") {
        out = out.ip_ranges(IpRange::builder().cidr_ip(cidr).set_description(text.clone()).build());
    }
    if let Some(cidr) = want.string("cidr_ipv6") {
        out = out.ipv6_ranges(Ipv6Range::builder().cidr_ipv6(cidr).set_description(text.clone()).build());
    }
    if let Some(list) = want.string("prefix_list_id") {
        out = out.prefix_list_ids(PrefixListId::builder().prefix_list_id(list).set_description(text.clone()).build());
    }
    if let Some(group) = want.string("referenced_security_group_id") {
        out = out.user_id_group_pairs(pair(&group, text));
    }
    out.build()
}

/// Whether a live rule opens what an identity says.
fn is_rule(rule: &Live, identity: &BTreeMap<String, String>) -> bool {
    let of = |name: &str| identity.get(name).map(String::as_str);
    let same_port = |name: &str, live: Option<i32>| {
        let wanted = of(name).and_then(|p| p.parse::<i32>().ok()).unwrap_or(-1);
        live.unwrap_or(-1) == wanted
    };
    let live_protocol = protocol(rule.ip_protocol.as_deref().unwrap_or_default());
    let group = rule.referenced_group_info.as_ref().and_then(|g| g.group_id.as_deref());
    let network = |name: &str, live: &Option<String>| match (of(name), live) {
        (Some(wanted), Some(live)) => same_destination(wanted, live),
        (None, None) => true,
        _ => false,
    };
    of("ip_protocol").is_some_and(|p| protocol(p) == live_protocol)
        && (live_protocol == "-1" || (same_port("from_port", rule.from_port) && same_port("to_port", rule.to_port)))
        && network("cidr_ipv4", &rule.cidr_ipv4)
        && network("cidr_ipv6", &rule.cidr_ipv6)
        && of("prefix_list_id") == rule.prefix_list_id.as_deref()
        && of("referenced_security_group_id").map(group_of) == group
}

fn object(client: &Client, rule: &Live, prior: Option<&Object>) -> Object {
    let id = rule.security_group_rule_id.as_deref().unwrap_or_default();
    let known = |name: &str| prior.and_then(|p| p.string(name));
    // AWS answers -1 for ports that were not given.
    let port = |name: &str, live: Option<i32>| {
        let given = prior.is_some_and(|p| p.has(name));
        Value::from(live.filter(|port| *port != -1 || given))
    };
    let live_protocol = rule.ip_protocol.clone().unwrap_or_default();
    let spelled = known("ip_protocol").filter(|p| protocol(p) == protocol(&live_protocol));
    let ipv6 = rule
        .cidr_ipv6
        .as_deref()
        .map(|live| known("cidr_ipv6").filter(|k| canonical(k) == canonical(live)).unwrap_or_else(|| live.to_owned()));
    let referenced = rule.referenced_group_info.as_ref().and_then(|info| {
        let group = info.group_id.clone()?;
        let foreign = info.user_id.as_ref().filter(|user| rule.group_owner_id.as_ref().is_some_and(|o| o != *user));
        Some(foreign.map_or_else(|| group.clone(), |user| format!("{user}/{group}")))
    });
    let made = || arn(client, rule.group_owner_id.as_deref(), &format!("security-group-rule/{id}"));
    let mut object = Object::new()
        .with("arn", rule.security_group_rule_arn.clone().unwrap_or_else(made))
        .with("cidr_ipv4", rule.cidr_ipv4.clone())
        .with("cidr_ipv6", ipv6)
        .with("description", rule.description.clone().filter(|d| !d.is_empty()))
        .with("from_port", port("from_port", rule.from_port))
        .with("id", id)
        .with("ip_protocol", spelled.unwrap_or(live_protocol))
        .with("prefix_list_id", rule.prefix_list_id.clone())
        .with("referenced_security_group_id", referenced)
        .with("security_group_id", rule.group_id.clone())
        .with("security_group_rule_id", id)
        .with("to_port", port("to_port", rule.to_port));
    all_tags::set(&mut object, tags::pairs(rule.tags.as_ref()));
    object
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_found_by_what_it_opens() {
        let want = Object::new()
            .with("security_group_id", "sg-1")
            .with("ip_protocol", "TCP")
            .with("from_port", 443)
            .with("to_port", 443)
            .with("cidr_ipv6", "2001:DB8::/32");
        let identity = SecurityGroupRule::<false>::identity(&want);
        let live = Live::builder().ip_protocol("tcp").from_port(443).to_port(443).cidr_ipv6("2001:db8::/32");
        assert!(is_rule(&live.clone().build(), &identity));
        assert!(!is_rule(&live.clone().to_port(444).build(), &identity));
        assert!(!is_rule(&live.cidr_ipv4("10.0.0.0/8").build(), &identity));
    }
}
