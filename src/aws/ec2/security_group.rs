//! `aws_security_group`

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{ResourceType as Kind, SecurityGroup as Live, SecurityGroupRule};

use super::equality::{is_set, keep_equal};
use super::inline_rules::{
    Rules, difference, element, everywhere_ipv4, everywhere_ipv6, of_objects, of_permissions, protocol, to_objects,
    to_permissions,
};
use super::read::{FILTER_VALUES, arn, gone, texts, visible};
use super::{interfaces, names, tags};
use crate::aws::error::deleted;
use crate::aws::{Client, tags as all_tags};
use crate::provider::{
    Actions, CreateCx, Error, Found, Intent, Object, PlannedChange, RemoteId, ResourceType, Result, Timeouts,
};
use crate::schema::{Schema, boolean, set_of, string};
use crate::value::{self, Value};

pub struct SecurityGroup;

impl ResourceType for SecurityGroup {
    type Client = Client;
    const NAME: &'static str = "aws_security_group";
    const READ_BATCH: usize = 1000;
    const UNIQUE: &'static [&'static str] = &["name", "vpc_id"];
    const ACTIONS: Actions = Actions {
        read: &["ec2:DescribeSecurityGroups"],
        create: &[
            "ec2:CreateSecurityGroup",
            "ec2:AuthorizeSecurityGroupIngress",
            "ec2:AuthorizeSecurityGroupEgress",
            "ec2:RevokeSecurityGroupEgress",
            "ec2:CreateTags",
        ],
        update: &[
            "ec2:AuthorizeSecurityGroupIngress",
            "ec2:AuthorizeSecurityGroupEgress",
            "ec2:RevokeSecurityGroupIngress",
            "ec2:RevokeSecurityGroupEgress",
            "ec2:UpdateSecurityGroupRuleDescriptionsIngress",
            "ec2:UpdateSecurityGroupRuleDescriptionsEgress",
            "ec2:CreateTags",
            "ec2:DeleteTags",
        ],
        delete: &[
            "ec2:DescribeSecurityGroups",
            "ec2:DescribeSecurityGroupRules",
            "ec2:RevokeSecurityGroupIngress",
            "ec2:RevokeSecurityGroupEgress",
            "ec2:DeleteSecurityGroup",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DeleteNetworkInterface",
        ],
    };

    fn schema() -> Schema {
        Schema::new(1)
            .attr("arn", string().computed())
            .attr("description", string().optional().force_new().default("Managed by Terraform").check(description))
            .attr("egress", set_of(element()).optional().computed())
            .attr("id", string().optional().computed())
            .attr("ingress", set_of(element()).optional().computed())
            .attr("name", string().optional().computed().force_new().check(name))
            .attr("name_prefix", string().optional().computed().force_new().check(name))
            .attr("owner_id", string().computed())
            .attr("revoke_rules_on_delete", boolean().optional().default(false))
            .attr("vpc_id", string().optional().computed().force_new())
            .tags()
            .timeouts(&["create", "delete"])
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let ids_of_groups = texts(ids);
        let groups = client.load("ec2:security-groups", &ids_of_groups, |ids| describe(client, ids)).await?;
        let mut found = gone(ids);
        for (id, group) in groups {
            let id = RemoteId::from(id);
            let object = object(client, &group, prior.get(&id));
            found.insert(id, Found::Object(object));
        }
        Ok(found)
    }

    fn customize_plan(change: &mut PlannedChange) {
        for name in ["ingress", "egress"] {
            name_protocols(change, name);
            keep_equal(change, name);
        }
        if is_set(change, "name") && is_set(change, "name_prefix") {
            change.error("name_prefix", "Only one of \"name\" and \"name_prefix\" may be set.");
        }
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let name = names::name(want.string("name"), want.string("name_prefix"), cx.token);
        let tags = tags::specification(Kind::SecurityGroup, want);
        let answer = cx
            .client
            .ec2()
            .create_security_group()
            .group_name(name)
            .set_description(want.str("description").map(str::to_owned))
            .set_vpc_id(want.string("vpc_id"))
            .set_tag_specifications(tags.map(|t| vec![t]))
            .send()
            .await?;
        let id = answer.group_id.ok_or_else(|| Error::other("no id"))?;
        cx.created(&RemoteId::from(id.as_str()));
        let made = Made::anew(cx.client, &id).await?;
        made.change_ingress(cx.client, &of_objects(&want.objects("ingress"), &id)).await?;
        made.change_egress(cx.client, &of_objects(&want.objects("egress"), &id)).await?;
        Ok(id.into())
    }

    async fn update(client: &Client, id: &RemoteId, prior: &Object, want: &Object) -> Result<()> {
        let id = id.as_str();
        let made = Made {
            id,
            egress: of_objects(&prior.objects("egress"), id),
            ingress: of_objects(&prior.objects("ingress"), id),
        };
        // Unknown are they only where this ends a creation that broke off: then there are to be none.
        made.change_ingress(client, &of_objects(&want.objects("ingress"), id)).await?;
        made.change_egress(client, &of_objects(&want.objects("egress"), id)).await?;
        tags::update(client, id, prior, want).await
    }

    async fn delete(client: &Client, id: &RemoteId, prior: &Object) -> Result<()> {
        if prior.bool("revoke_rules_on_delete") == Some(true) {
            revoke_all(client, id.as_str()).await?;
        }
        let answer = deleted(client.ec2().delete_security_group().group_id(id.as_str()).send().await);
        interfaces::unblock(client, "group-id", id.as_str(), answer).await
    }

    fn timeouts() -> Timeouts {
        Timeouts::minutes(10, 10, 15)
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        let names = ["name", "name_prefix", "vpc_id"];
        names.into_iter().filter_map(|name| Some((name.to_owned(), want.string(name)?))).collect()
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let of = |name: &str| intent.identity.get(name).cloned();
        let name = names::name(of("name"), of("name_prefix"), &intent.token);
        let mut filters = vec![tags::filter("group-name", [name.as_str()])];
        filters.extend(of("vpc_id").map(|vpc| tags::filter("vpc-id", [vpc])));
        let answer = client.ec2().describe_security_groups().set_filters(Some(filters)).send().await?;
        let found: Vec<String> =
            answer.security_groups.unwrap_or_default().into_iter().filter_map(|g| g.group_id).collect();
        match &found[..] {
            [] => Ok(None),
            [id] => Ok(Some(id.as_str().into())),
            _ => Err(Error::other(format!("several VPCs have a security group \"{name}\": set vpc_id"))),
        }
    }

    /// The run may have ended before it closed what AWS opens.
    async fn reclaim(client: &Client, id: &RemoteId) -> Result<()> {
        Made::anew(client, id.as_str()).await?.change_egress(client, &Rules::new()).await
    }
}

fn description(value: &Value) -> std::result::Result<(), String> {
    let text = value.as_str().unwrap_or_default();
    let allowed = |c: char| c.is_ascii_alphanumeric() || " ._-:/()#,@[]+=&;{}!$*".contains(c);
    match text.chars().find(|c| !allowed(*c)) {
        _ if text.len() > 255 => Err("The description of a security group has at most 255 characters.".into()),
        Some(c) => Err(format!("The description of a security group cannot have the character {c:?}.")),
        None => Ok(()),
    }
}

fn name(value: &Value) -> std::result::Result<(), String> {
    let text = value.as_str().unwrap_or_default();
    if text.len() > 255 {
        return Err("The name of a security group has at most 255 characters.".into());
    }
    if text.starts_with("sg-") { Err("The name of a security group cannot begin with \"sg-\".".into()) } else { Ok(()) }
}

/// Plans protocols by the names that AWS answers with, as the provider does.
pub fn name_protocols(change: &mut PlannedChange, name: &str) {
    let Some(value::Kind::Set(element, rules)) = change.planned.get(name).map(|v| &v.kind) else { return };
    let named = |rule: &Value| {
        let value::Kind::Object(_) = rule.kind else { return rule.clone() };
        let mut object = Object::from_value(rule);
        if let Some(protocol) = object.str("protocol").map(protocol) {
            object.set("protocol", protocol);
        }
        object.into_value().mark(rule.marks)
    };
    let planned = Value::set(element.clone(), rules.iter().map(named).collect());
    change.planned.set(name, planned);
}

/// Groups by id; those that do not exist are left out.
pub async fn describe(client: &Client, ids: Vec<String>) -> Result<BTreeMap<String, Live>> {
    let mut groups = BTreeMap::new();
    for some in ids.chunks(FILTER_VALUES) {
        let call = client.ec2().describe_security_groups().filters(tags::filter("group-id", some));
        let all: Vec<Live> = call.into_paginator().items().send().try_collect().await?;
        groups.extend(all.into_iter().filter_map(|g| Some((g.group_id.clone()?, g))));
    }
    Ok(groups)
}

/// A group with the rules that it is known to have. Changes open before they close, so that what stays allowed is allowed
/// at every moment.
struct Made<'a> {
    id: &'a str,
    egress: Rules,
    ingress: Rules,
}

impl<'a> Made<'a> {
    /// A new group. AWS lets it out to everywhere, also by IPv6 where the VPC has that: of the latter only the error of
    /// taking it away tells.
    async fn anew(client: &Client, id: &'a str) -> Result<Self> {
        let ipv6 = Some(to_permissions(&everywhere_ipv6(), id));
        visible(|| async {
            let call = client.ec2().revoke_security_group_egress().group_id(id).set_ip_permissions(ipv6.clone());
            match call.send().await.map_err(Error::from) {
                Err(e) if !e.has_code("InvalidPermission.NotFound") => Err(e),
                _ => Ok(()),
            }
        })
        .await?;
        Ok(Self { id, egress: everywhere_ipv4(), ingress: Rules::new() })
    }

    async fn change_ingress(&self, client: &Client, new: &Rules) -> Result<()> {
        let steps = difference(&self.ingress, new);
        let (ec2, list) = (client.ec2(), |rules: &Rules| Some(to_permissions(rules, self.id)));
        if !steps.authorize.is_empty() {
            visible(|| async {
                let call = ec2.authorize_security_group_ingress().group_id(self.id);
                call.set_ip_permissions(list(&steps.authorize)).send().await.map_err(Error::from)
            })
            .await?;
        }
        if !steps.describe.is_empty() {
            let call = ec2.update_security_group_rule_descriptions_ingress().group_id(self.id);
            call.set_ip_permissions(list(&steps.describe)).send().await?;
        }
        if !steps.revoke.is_empty() {
            let call = ec2.revoke_security_group_ingress().group_id(self.id);
            let done = call.set_ip_permissions(list(&steps.revoke)).send().await.map(drop);
            done.map_err(Error::from).or_else(Error::unless_not_found)?;
        }
        Ok(())
    }

    async fn change_egress(&self, client: &Client, new: &Rules) -> Result<()> {
        let steps = difference(&self.egress, new);
        let (ec2, list) = (client.ec2(), |rules: &Rules| Some(to_permissions(rules, self.id)));
        if !steps.authorize.is_empty() {
            visible(|| async {
                let call = ec2.authorize_security_group_egress().group_id(self.id);
                call.set_ip_permissions(list(&steps.authorize)).send().await.map_err(Error::from)
            })
            .await?;
        }
        if !steps.describe.is_empty() {
            let call = ec2.update_security_group_rule_descriptions_egress().group_id(self.id);
            call.set_ip_permissions(list(&steps.describe)).send().await?;
        }
        if !steps.revoke.is_empty() {
            let call = ec2.revoke_security_group_egress().group_id(self.id);
            let done = call.set_ip_permissions(list(&steps.revoke)).send().await.map(drop);
            done.map_err(Error::from).or_else(Error::unless_not_found)?;
        }
        Ok(())
    }
}

/// Takes all rules from a group, and from other groups those that name it: such rules keep it from being deleted.
async fn revoke_all(client: &Client, id: &str) -> Result<()> {
    let mut groups = vec![id.to_owned()];
    for name in ["ip-permission.group-id", "egress.ip-permission.group-id"] {
        let call = client.ec2().describe_security_groups().filters(tags::filter(name, [id]));
        let all: Vec<Live> = call.into_paginator().items().send().try_collect().await?;
        groups.extend(all.into_iter().filter_map(|g| g.group_id));
    }
    groups.sort();
    groups.dedup();
    let mut rules: BTreeMap<(String, bool), Vec<String>> = BTreeMap::new();
    for some in groups.chunks(FILTER_VALUES) {
        let call = client.ec2().describe_security_group_rules().filters(tags::filter("group-id", some));
        let all: Vec<SecurityGroupRule> = call.into_paginator().items().send().try_collect().await?;
        for rule in all {
            let named = rule.referenced_group_info.as_ref().and_then(|g| g.group_id.as_deref());
            if (rule.group_id.as_deref() == Some(id) || named == Some(id))
                && let (Some(group), Some(rule_id)) = (rule.group_id, rule.security_group_rule_id)
            {
                rules.entry((group, rule.is_egress == Some(true))).or_default().push(rule_id);
            }
        }
    }
    for ((group, is_egress), ids) in rules {
        let done = if is_egress {
            let call = client.ec2().revoke_security_group_egress().group_id(group);
            call.set_security_group_rule_ids(Some(ids)).send().await.map(drop).map_err(Error::from)
        } else {
            let call = client.ec2().revoke_security_group_ingress().group_id(group);
            call.set_security_group_rule_ids(Some(ids)).send().await.map(drop).map_err(Error::from)
        };
        done.or_else(Error::unless_not_found)?;
    }
    Ok(())
}

pub fn object(client: &Client, group: &Live, prior: Option<&Object>) -> Object {
    let id = group.group_id.as_deref().unwrap_or_default();
    let owner = group.owner_id.as_deref();
    let name = group.group_name.as_deref().unwrap_or_default();
    let rules = |argument: &str, live: Option<&Vec<_>>| {
        let live = of_permissions(live.map(Vec::as_slice).unwrap_or_default(), id, owner);
        to_objects(&live, &prior.map(|p| p.objects(argument)).unwrap_or_default(), id)
    };
    let mut object = Object::new()
        .with("arn", arn(client, owner, &format!("security-group/{id}")))
        .with("description", group.description.clone())
        .with("egress", rules("egress", group.ip_permissions_egress.as_ref()))
        .with("id", id)
        .with("ingress", rules("ingress", group.ip_permissions.as_ref()))
        .with("name", name)
        .with("name_prefix", names::prefix(name))
        .with("owner_id", owner)
        .with("vpc_id", group.vpc_id.clone().unwrap_or_default());
    all_tags::set(&mut object, tags::pairs(group.tags.as_ref()));
    object
}
