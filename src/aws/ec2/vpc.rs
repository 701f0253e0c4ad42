//! `aws_vpc`

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{AttributeBooleanValue, ResourceType as Kind, Tenancy, Vpc as Live};

use super::equality::is_set;
use super::read::{arn, gone, texts, visible};
use super::{tags, vpc_parts};
use crate::aws::error::deleted;
use crate::aws::gather::gather;
use crate::aws::{Client, tags as all_tags, validate};
use crate::provider::{
    Actions, CreateCx, Deletion, Error, Found, Intent, Object, PlannedChange, Readiness, RemoteId, ResourceType,
    Result, Timeouts,
};
use crate::schema::{Schema, boolean, number, string};
use crate::value::{Type, Value};

pub struct Vpc;

/// The pool of addresses that AWS itself owns.
const AMAZON_POOL: &str = "Amazon";

impl ResourceType for Vpc {
    type Client = Client;
    const NAME: &'static str = "aws_vpc";
    const READ_BATCH: usize = 200;
    const ACTIONS: Actions = Actions {
        read: &[
            "ec2:DescribeVpcs",
            "ec2:DescribeVpcAttribute",
            "ec2:DescribeSecurityGroups",
            "ec2:DescribeNetworkAcls",
            "ec2:DescribeRouteTables",
        ],
        create: &["ec2:CreateVpc", "ec2:ModifyVpcAttribute", "ec2:CreateTags", "ec2:DeleteTags"],
        update: &[
            "ec2:ModifyVpcAttribute",
            "ec2:ModifyVpcTenancy",
            "ec2:AssociateVpcCidrBlock",
            "ec2:DisassociateVpcCidrBlock",
            "ec2:CreateTags",
            "ec2:DeleteTags",
        ],
        delete: &["ec2:DeleteVpc"],
    };
    const DELETION: Deletion = Deletion::Polled;

    fn schema() -> Schema {
        shared(Schema::new(1))
            .attr("cidr_block", string().optional().computed().force_new().check(validate::cidr))
            .attr("enable_dns_hostnames", boolean().optional().computed())
            .attr("instance_tenancy", string().optional().default("default").check(tenancy))
            .attr("ipv4_ipam_pool_id", string().optional().force_new())
            .attr("ipv4_netmask_length", number().optional().force_new())
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let filter = tags::filter("vpc-id", texts(ids));
        let pages = client.ec2().describe_vpcs().filters(filter).into_paginator().items().send();
        let vpcs = async {
            let live: Vec<Live> = pages.try_collect().await?;
            Ok(live)
        };
        let switches = gather(ids.iter().map(|id| vpc_parts::switches(client, id.as_str())).collect());
        let asked = texts(ids);
        let (live, switches, parts) = tokio::try_join!(vpcs, switches, vpc_parts::read(client, &asked, prior))?;
        let switches: BTreeMap<String, vpc_parts::Switches> = switches.into_iter().flatten().collect();
        let mut found = gone(ids);
        for vpc in &live {
            let id = vpc.vpc_id.as_deref().unwrap_or_default();
            // Without switches it went away between the calls.
            if let Some(switches) = switches.get(id) {
                let id = RemoteId::from(id);
                let object = object(client, vpc, &parts, switches, prior.get(&id));
                found.insert(id, Found::Object(object));
            }
        }
        Ok(found)
    }

    fn customize_plan(change: &mut PlannedChange) {
        if is_set(change, "cidr_block") && is_set(change, "ipv4_netmask_length") {
            change.error("cidr_block", "Only one of \"cidr_block\" and \"ipv4_netmask_length\" may be set.");
        }
        if change.is_create() {
            return;
        }
        let prior = change.prior.clone().unwrap_or_default();
        // Tenancy can be loosened in place, never tightened.
        if prior.str("instance_tenancy") == Some("default") {
            change.force_new("instance_tenancy");
        }
        if change.changes("assign_generated_ipv6_cidr_block") || change.changes("ipv6_ipam_pool_id") {
            for name in ["ipv6_association_id", "ipv6_cidr_block"] {
                change.set_unknown(name);
            }
        } else if change.changes("ipv6_cidr_block") || change.changes("ipv6_cidr_block_network_border_group") {
            change.set_unknown("ipv6_association_id");
        }
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let answer = cx
            .client
            .ec2()
            .create_vpc()
            .set_cidr_block(want.string("cidr_block"))
            .set_ipv4_ipam_pool_id(want.string("ipv4_ipam_pool_id"))
            .set_ipv4_netmask_length(want.i32("ipv4_netmask_length"))
            .set_ipv6_cidr_block(want.string("ipv6_cidr_block"))
            .set_ipv6_cidr_block_network_border_group(want.string("ipv6_cidr_block_network_border_group"))
            .set_ipv6_ipam_pool_id(want.string("ipv6_ipam_pool_id"))
            .set_ipv6_netmask_length(want.i32("ipv6_netmask_length"))
            .set_amazon_provided_ipv6_cidr_block(want.bool("assign_generated_ipv6_cidr_block").filter(|yes| *yes))
            .set_instance_tenancy(want.str("instance_tenancy").map(Tenancy::from))
            .tag_specifications(tags::with_token(Kind::Vpc, want, cx.token))
            .send()
            .await?;
        let id = answer.vpc.and_then(|v| v.vpc_id).ok_or_else(|| Error::other("no id"))?;
        tags::created_with_token(cx, &id).await?;
        // As AWS makes a VPC.
        let made = Object::new()
            .with("enable_dns_hostnames", false)
            .with("enable_dns_support", true)
            .with("enable_network_address_usage_metrics", false);
        set_switches(cx.client, &id, &made, want).await?;
        Ok(id.into())
    }

    async fn update(client: &Client, id: &RemoteId, prior: &Object, want: &Object) -> Result<()> {
        set_switches(client, id.as_str(), prior, want).await?;
        if want.str("instance_tenancy") != prior.str("instance_tenancy") {
            let tenancy = want.str("instance_tenancy").unwrap_or("default").into();
            client.ec2().modify_vpc_tenancy().vpc_id(id.as_str()).instance_tenancy(tenancy).send().await?;
        }
        if ipv6_differs(prior, want) {
            if let Some(association) = prior.string("ipv6_association_id") {
                client.ec2().disassociate_vpc_cidr_block().association_id(association).send().await?;
            }
            let generated = want.bool("assign_generated_ipv6_cidr_block").unwrap_or_default();
            let pool = want.string("ipv6_ipam_pool_id");
            if generated || pool.is_some() {
                let own = |name: &str| want.string(name).filter(|_| !generated);
                client
                    .ec2()
                    .associate_vpc_cidr_block()
                    .vpc_id(id.as_str())
                    .set_amazon_provided_ipv6_cidr_block(Some(true).filter(|_| generated))
                    .set_ipv6_cidr_block(own("ipv6_cidr_block"))
                    .set_ipv6_ipam_pool_id(own("ipv6_ipam_pool_id"))
                    .set_ipv6_netmask_length(want.i32("ipv6_netmask_length").filter(|_| !generated))
                    .set_ipv6_cidr_block_network_border_group(want.string("ipv6_cidr_block_network_border_group"))
                    .send()
                    .await?;
            }
        }
        tags::update(client, id.as_str(), prior, want).await
    }

    async fn delete(client: &Client, id: &RemoteId, _prior: &Object) -> Result<()> {
        deleted(client.ec2().delete_vpc().vpc_id(id.as_str()).send().await)
    }

    fn readiness(object: &Object) -> Readiness {
        match object.str("_status").unwrap_or("available") {
            "available" => Readiness::Ready,
            "failed" => Readiness::Failed("the IPv6 network could not be associated".into()),
            other => Readiness::Pending(other.to_owned()),
        }
    }

    fn timeouts() -> Timeouts {
        Timeouts::minutes(10, 10, 10)
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let answer = client.ec2().describe_vpcs().filters(tags::token_filter(intent)).send().await?;
        let mut live = answer.vpcs.unwrap_or_default().into_iter();
        Ok(live.find(|v| tags::has_token(v.tags.as_ref(), intent)).and_then(|v| v.vpc_id).map(RemoteId::from))
    }

    async fn reclaim(client: &Client, id: &RemoteId) -> Result<()> {
        tags::remove_token(client, id.as_str()).await
    }
}

/// What every VPC has, whoever made it.
pub(super) fn shared(schema: Schema) -> Schema {
    schema
        .attr("arn", string().computed())
        .attr("assign_generated_ipv6_cidr_block", boolean().optional())
        .attr("default_network_acl_id", string().computed())
        .attr("default_route_table_id", string().computed())
        .attr("default_security_group_id", string().computed())
        .attr("dhcp_options_id", string().computed())
        .attr("enable_dns_support", boolean().optional().default(true))
        .attr("enable_network_address_usage_metrics", boolean().optional().computed())
        .attr("id", string().optional().computed())
        .attr("ipv6_association_id", string().computed())
        .attr("ipv6_cidr_block", string().optional().computed().check(validate::cidr))
        .attr("ipv6_cidr_block_network_border_group", string().optional().computed())
        .attr("ipv6_ipam_pool_id", string().optional())
        .attr("ipv6_netmask_length", number().optional())
        .attr("main_route_table_id", string().computed())
        .attr("owner_id", string().computed())
        .tags()
}

fn tenancy(value: &Value) -> Result<(), String> {
    match value.as_str() {
        Some("default" | "dedicated") => Ok(()),
        _ => Err("The tenancy of a VPC is \"default\" or \"dedicated\".".into()),
    }
}

fn ipv6_differs(prior: &Object, want: &Object) -> bool {
    let text = |name| prior.string(name) != want.string(name) && !want.is_unknown(name);
    let generated = |o: &Object| o.bool("assign_generated_ipv6_cidr_block").unwrap_or_default();
    generated(prior) != generated(want)
        || ["ipv6_cidr_block", "ipv6_ipam_pool_id", "ipv6_cidr_block_network_border_group"].into_iter().any(text)
}

/// One call can change one attribute only.
async fn set_switches(client: &Client, id: &str, prior: &Object, want: &Object) -> Result<()> {
    // Names can be given only where they can be resolved.
    for name in ["enable_dns_support", "enable_dns_hostnames", "enable_network_address_usage_metrics"] {
        let Some(on) = want.bool(name).filter(|on| prior.bool(name) != Some(*on)) else { continue };
        let value = AttributeBooleanValue::builder().value(on).build();
        visible(|| async {
            let call = client.ec2().modify_vpc_attribute().vpc_id(id);
            let call = match name {
                "enable_dns_support" => call.enable_dns_support(value.clone()),
                "enable_dns_hostnames" => call.enable_dns_hostnames(value.clone()),
                _ => call.enable_network_address_usage_metrics(value.clone()),
            };
            call.send().await.map_err(Error::from)
        })
        .await?;
    }
    Ok(())
}

fn object(
    client: &Client,
    vpc: &Live,
    parts: &vpc_parts::Parts,
    switches: &vpc_parts::Switches,
    prior: Option<&Object>,
) -> Object {
    let id = vpc.vpc_id.as_deref().unwrap_or_default();
    let part = |of: &BTreeMap<String, String>| of.get(id).cloned().unwrap_or_default();
    let mut object = Object::new()
        .with("arn", arn(client, vpc.owner_id.as_deref(), &format!("vpc/{id}")))
        .with("cidr_block", vpc.cidr_block.clone())
        .with("default_network_acl_id", part(&parts.network_acls))
        .with("default_route_table_id", part(&parts.route_tables))
        .with("default_security_group_id", part(&parts.security_groups))
        .with("dhcp_options_id", vpc.dhcp_options_id.clone())
        .with("enable_dns_hostnames", switches.dns_hostnames)
        .with("enable_dns_support", switches.dns_support)
        .with("enable_network_address_usage_metrics", switches.usage_metrics)
        .with("id", id)
        .with("instance_tenancy", vpc.instance_tenancy.as_ref().map(Tenancy::as_str))
        .with("main_route_table_id", part(&parts.route_tables))
        .with("owner_id", vpc.owner_id.clone());
    let status = set_ipv6(&mut object, vpc, prior);
    let state = vpc.state.as_ref().map_or("available", |s| s.as_str());
    object.set("_status", if state == "available" { status } else { state.to_owned() });
    all_tags::set(&mut object, tags::pairs(vpc.tags.as_ref()));
    object
}

/// Sets the attributes of the IPv6 network that the VPC resource manages: the one in state, or the first.
fn set_ipv6(object: &mut Object, vpc: &Live, prior: Option<&Object>) -> String {
    let state = |a: &aws_sdk_ec2::types::VpcIpv6CidrBlockAssociation| {
        let state = a.ipv6_cidr_block_state.as_ref().and_then(|s| s.state.as_ref());
        state.map_or("associated", |s| s.as_str()).to_owned()
    };
    let known = prior.and_then(|p| p.string("ipv6_association_id"));
    let all = vpc.ipv6_cidr_block_association_set.as_deref().unwrap_or_default();
    let all = all.iter().filter(|a| !matches!(state(a).as_str(), "disassociated" | "disassociating"));
    let Some(own) = all.clone().find(|a| a.association_id == known).or_else(|| all.clone().next()) else {
        object
            .set("assign_generated_ipv6_cidr_block", false)
            .set("ipv6_association_id", "")
            .set("ipv6_cidr_block", "")
            .set("ipv6_cidr_block_network_border_group", "")
            .set("ipv6_ipam_pool_id", "")
            .set("ipv6_netmask_length", 0);
        return "available".into();
    };
    let pool = own.ipv6_pool.as_deref().unwrap_or_default();
    let block = own.ipv6_cidr_block.as_deref().unwrap_or_default();
    object
        .set("assign_generated_ipv6_cidr_block", pool == AMAZON_POOL)
        .set("ipv6_association_id", own.association_id.clone())
        .set("ipv6_cidr_block", block)
        .set("ipv6_cidr_block_network_border_group", own.network_border_group.clone().unwrap_or_default());
    if pool == AMAZON_POOL || pool.is_empty() {
        object.set("ipv6_ipam_pool_id", "").set("ipv6_netmask_length", 0);
    } else {
        // "IPAM Managed" does not say which pool: the one in state stays.
        if pool != "IPAM Managed" {
            object.set("ipv6_ipam_pool_id", pool);
        }
        let length = block.rsplit_once('/').and_then(|(_, l)| l.parse::<i64>().ok());
        object.set("ipv6_netmask_length", length.map_or_else(|| Value::null(Type::Number), Value::from));
    }
    match state(own).as_str() {
        "associated" => "available".into(),
        other => other.to_owned(),
    }
}
