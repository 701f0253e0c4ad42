//! `aws_subnet`

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{
    AttributeBooleanValue, HostnameType, ResourceType as Kind, Subnet as Live, SubnetIpv6CidrBlockAssociation,
};

use super::equality::is_set;
use super::read::{FILTER_VALUES, gone, texts, visible};
use super::{interfaces, tags};
use crate::aws::error::deleted;
use crate::aws::{Client, tags as all_tags, validate};
use crate::provider::{
    Actions, CreateCx, Error, Found, Intent, Object, PlannedChange, Readiness, RemoteId, ResourceType, Result, Timeouts,
};
use crate::schema::{Schema, boolean, number, string};

pub struct Subnet;

/// Switches that ModifySubnetAttribute sets, one a call, in this order.
const SWITCHES: [&str; 5] = [
    "enable_dns64",
    "enable_resource_name_dns_aaaa_record_on_launch",
    "enable_resource_name_dns_a_record_on_launch",
    "map_public_ip_on_launch",
    "assign_ipv6_address_on_creation",
];

impl ResourceType for Subnet {
    type Client = Client;
    const NAME: &'static str = "aws_subnet";
    const READ_BATCH: usize = 200;
    const ACTIONS: Actions = Actions {
        read: &["ec2:DescribeSubnets"],
        create: &["ec2:CreateSubnet", "ec2:ModifySubnetAttribute", "ec2:CreateTags", "ec2:DeleteTags"],
        update: &[
            "ec2:ModifySubnetAttribute",
            "ec2:AssociateSubnetCidrBlock",
            "ec2:DisassociateSubnetCidrBlock",
            "ec2:CreateTags",
            "ec2:DeleteTags",
        ],
        delete: &["ec2:DeleteSubnet", "ec2:DescribeNetworkInterfaces", "ec2:DeleteNetworkInterface"],
    };

    fn schema() -> Schema {
        let switch = || boolean().optional().default(false);
        Schema::new(1)
            .attr("arn", string().computed())
            .attr("assign_ipv6_address_on_creation", switch())
            .attr("availability_zone", string().optional().computed().force_new())
            .attr("availability_zone_id", string().optional().computed().force_new())
            .attr("cidr_block", string().optional().force_new().check(validate::cidr))
            .attr("customer_owned_ipv4_pool", string().optional())
            .attr("enable_dns64", switch())
            .attr("enable_lni_at_device_index", number().optional())
            .attr("enable_resource_name_dns_a_record_on_launch", switch())
            .attr("enable_resource_name_dns_aaaa_record_on_launch", switch())
            .attr("id", string().optional().computed())
            .attr("ipv6_cidr_block", string().optional().check(validate::cidr))
            .attr("ipv6_cidr_block_association_id", string().computed())
            .attr("ipv6_native", switch().force_new())
            .attr("map_customer_owned_ip_on_launch", boolean().optional())
            .attr("map_public_ip_on_launch", switch())
            .attr("outpost_arn", string().optional().force_new().check(validate::arn))
            .attr("owner_id", string().computed())
            .attr("private_dns_hostname_type_on_launch", string().optional().computed())
            .attr("vpc_id", string().required().force_new())
            .tags()
            .timeouts(&["create", "delete"])
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        _prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let filter = tags::filter("subnet-id", texts(ids));
        let pages = client.ec2().describe_subnets().filters(filter).into_paginator().items().send();
        let live: Vec<Live> = pages.try_collect().await?;
        let mut found = gone(ids);
        for subnet in live {
            let object = object(&subnet);
            found.insert(subnet.subnet_id.unwrap_or_default().into(), Found::Object(object));
        }
        Ok(found)
    }

    fn customize_plan(change: &mut PlannedChange) {
        if is_set(change, "availability_zone") && is_set(change, "availability_zone_id") {
            change.error(
                "availability_zone",
                "Only one of \"availability_zone\" and \"availability_zone_id\" may be set.",
            );
        }
        if change.changes("ipv6_cidr_block") {
            let assigns = change.prior.as_ref().and_then(|p| p.bool("assign_ipv6_address_on_creation"));
            if assigns == Some(true) {
                change.force_new("ipv6_cidr_block");
            }
        }
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let answer = cx
            .client
            .ec2()
            .create_subnet()
            .set_vpc_id(want.string("vpc_id"))
            .set_availability_zone(want.string("availability_zone"))
            .set_availability_zone_id(want.string("availability_zone_id"))
            .set_cidr_block(want.string("cidr_block"))
            .set_ipv6_cidr_block(want.string("ipv6_cidr_block"))
            .set_ipv6_native(want.bool("ipv6_native").filter(|yes| *yes))
            .set_outpost_arn(want.string("outpost_arn"))
            .tag_specifications(tags::with_token(Kind::Subnet, want, cx.token))
            .send()
            .await?;
        let id = answer.subnet.and_then(|s| s.subnet_id).ok_or_else(|| Error::other("no id"))?;
        tags::created_with_token(cx, &id).await?;
        // As AWS makes a subnet: everything off. The name type follows from the kind of network.
        let native = want.bool("ipv6_native").unwrap_or_default();
        let made =
            Object::new().with("private_dns_hostname_type_on_launch", if native { "resource-name" } else { "ip-name" });
        modify(cx.client, &id, &made, want).await?;
        Ok(id.into())
    }

    async fn update(client: &Client, id: &RemoteId, prior: &Object, want: &Object) -> Result<()> {
        let block = want.string("ipv6_cidr_block");
        if prior.string("ipv6_cidr_block") != block {
            if let Some(association) = prior.string("ipv6_cidr_block_association_id") {
                client.ec2().disassociate_subnet_cidr_block().association_id(association).send().await?;
            }
            if let Some(block) = block {
                let call = client.ec2().associate_subnet_cidr_block();
                call.subnet_id(id.as_str()).ipv6_cidr_block(block).send().await?;
            }
        }
        modify(client, id.as_str(), prior, want).await?;
        tags::update(client, id.as_str(), prior, want).await
    }

    async fn delete(client: &Client, id: &RemoteId, _prior: &Object) -> Result<()> {
        let answer = deleted(client.ec2().delete_subnet().subnet_id(id.as_str()).send().await);
        interfaces::unblock(client, "subnet-id", id.as_str(), answer).await
    }

    fn readiness(object: &Object) -> Readiness {
        match object.str("_status").unwrap_or("available") {
            "available" => Readiness::Ready,
            failed @ ("failed" | "failed-insufficient-capacity") => Readiness::Failed(failed.to_owned()),
            other => Readiness::Pending(other.to_owned()),
        }
    }

    fn timeouts() -> Timeouts {
        Timeouts::minutes(10, 10, 20)
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let answer = client.ec2().describe_subnets().filters(tags::token_filter(intent)).send().await?;
        let mut live = answer.subnets.unwrap_or_default().into_iter();
        Ok(live.find(|s| tags::has_token(s.tags.as_ref(), intent)).and_then(|s| s.subnet_id).map(RemoteId::from))
    }

    async fn reclaim(client: &Client, id: &RemoteId) -> Result<()> {
        tags::remove_token(client, id.as_str()).await
    }
}

/// Brings the attributes that a subnet does not get at its creation from `prior` to `want`.
async fn modify(client: &Client, id: &str, prior: &Object, want: &Object) -> Result<()> {
    let call = || client.ec2().modify_subnet_attribute().subnet_id(id);
    let (pool, map) = (want.string("customer_owned_ipv4_pool"), want.bool("map_customer_owned_ip_on_launch"));
    let old_map = prior.bool("map_customer_owned_ip_on_launch").unwrap_or_default();
    if pool != prior.string("customer_owned_ipv4_pool") || map.unwrap_or_default() != old_map {
        let map = switch(map.unwrap_or_default());
        visible(|| async {
            let call = call().set_customer_owned_ipv4_pool(pool.clone()).map_customer_owned_ip_on_launch(map.clone());
            call.send().await.map_err(Error::from)
        })
        .await?;
    }
    for name in SWITCHES {
        let on = want.bool(name).unwrap_or_default();
        if on == prior.bool(name).unwrap_or_default() {
            continue;
        }
        let value = switch(on);
        visible(|| async {
            let call = match name {
                "enable_dns64" => call().enable_dns64(value.clone()),
                "enable_resource_name_dns_aaaa_record_on_launch" => {
                    call().enable_resource_name_dns_aaaa_record_on_launch(value.clone())
                }
                "enable_resource_name_dns_a_record_on_launch" => {
                    call().enable_resource_name_dns_a_record_on_launch(value.clone())
                }
                "map_public_ip_on_launch" => call().map_public_ip_on_launch(value.clone()),
                _ => call().assign_ipv6_address_on_creation(value.clone()),
            };
            call.send().await.map_err(Error::from)
        })
        .await?;
    }
    let index = want.i32("enable_lni_at_device_index").filter(|i| *i != 0);
    if let Some(index) = index.filter(|i| prior.i32("enable_lni_at_device_index") != Some(*i)) {
        visible(|| async { call().enable_lni_at_device_index(index).send().await.map_err(Error::from) }).await?;
    }
    let names = want.string("private_dns_hostname_type_on_launch");
    if let Some(kind) = names.filter(|k| prior.str("private_dns_hostname_type_on_launch") != Some(k)) {
        let kind = HostnameType::from(kind.as_str());
        visible(|| async {
            call().private_dns_hostname_type_on_launch(kind.clone()).send().await.map_err(Error::from)
        })
        .await?;
    }
    Ok(())
}

fn switch(on: bool) -> AttributeBooleanValue {
    AttributeBooleanValue::builder().value(on).build()
}

pub(super) fn object(subnet: &Live) -> Object {
    let names = subnet.private_dns_name_options_on_launch.as_ref();
    let state = |a: &SubnetIpv6CidrBlockAssociation| {
        let state = a.ipv6_cidr_block_state.as_ref().and_then(|s| s.state.as_ref());
        state.map_or("associated", |s| s.as_str()).to_owned()
    };
    let networks = subnet.ipv6_cidr_block_association_set.as_deref().unwrap_or_default();
    let ipv6 = networks.iter().find(|a| matches!(state(a).as_str(), "associated" | "associating"));
    let failed = networks.iter().map(state).find(|s| s.starts_with("fail"));
    let status = match (subnet.state.as_ref().map_or("available", |s| s.as_str()), ipv6.map(state), failed) {
        ("available", Some(s), _) if s == "associating" => s,
        ("available", None, Some(s)) => s.replace("failing", "failed"),
        (state, ..) => state.to_owned(),
    };
    let mut object = Object::new()
        .with("arn", subnet.subnet_arn.clone())
        .with("assign_ipv6_address_on_creation", subnet.assign_ipv6_address_on_creation.unwrap_or_default())
        .with("availability_zone", subnet.availability_zone.clone())
        .with("availability_zone_id", subnet.availability_zone_id.clone())
        .with("cidr_block", subnet.cidr_block.clone())
        .with("customer_owned_ipv4_pool", subnet.customer_owned_ipv4_pool.clone().unwrap_or_default())
        .with("enable_dns64", subnet.enable_dns64.unwrap_or_default())
        .with("enable_lni_at_device_index", subnet.enable_lni_at_device_index.unwrap_or_default())
        .with(
            "enable_resource_name_dns_a_record_on_launch",
            names.and_then(|n| n.enable_resource_name_dns_a_record).unwrap_or_default(),
        )
        .with(
            "enable_resource_name_dns_aaaa_record_on_launch",
            names.and_then(|n| n.enable_resource_name_dns_aaaa_record).unwrap_or_default(),
        )
        .with("id", subnet.subnet_id.clone())
        .with("ipv6_cidr_block", ipv6.and_then(|a| a.ipv6_cidr_block.clone()).unwrap_or_default())
        .with("ipv6_cidr_block_association_id", ipv6.and_then(|a| a.association_id.clone()).unwrap_or_default())
        .with("ipv6_native", subnet.ipv6_native.unwrap_or_default())
        .with("map_customer_owned_ip_on_launch", subnet.map_customer_owned_ip_on_launch.unwrap_or_default())
        .with("map_public_ip_on_launch", subnet.map_public_ip_on_launch.unwrap_or_default())
        .with("outpost_arn", subnet.outpost_arn.clone().unwrap_or_default())
        .with("owner_id", subnet.owner_id.clone())
        .with(
            "private_dns_hostname_type_on_launch",
            names.and_then(|n| n.hostname_type.as_ref()).map(|t| t.as_str().to_owned()).unwrap_or_default(),
        )
        .with("vpc_id", subnet.vpc_id.clone())
        .with("_status", status);
    all_tags::set(&mut object, tags::pairs(subnet.tags.as_ref()));
    object
}

/// Availability zones of subnets by id. Those that do not exist are left out.
pub async fn zones(client: &Client, ids: &[String]) -> Result<BTreeMap<String, String>> {
    let mut zones = BTreeMap::new();
    for some in ids.chunks(FILTER_VALUES) {
        let call = client.ec2().describe_subnets().filters(tags::filter("subnet-id", some));
        let live: Vec<Live> = call.into_paginator().items().send().try_collect().await?;
        zones.extend(live.into_iter().filter_map(|s| Some((s.subnet_id?, s.availability_zone?))));
    }
    Ok(zones)
}
