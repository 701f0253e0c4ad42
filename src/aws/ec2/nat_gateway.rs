//! `aws_nat_gateway`

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ec2::types::{ConnectivityType, NatGateway as Live, NatGatewayAddress, ResourceType as Kind};

use super::equality::is_set;
use super::read::{gone, texts, visible};
use super::tags;
use crate::aws::error::deleted;
use crate::aws::{Client, tags as all_tags};
use crate::provider::{
    Actions, CreateCx, Deletion, Error, Found, Intent, Object, PlannedChange, Readiness, RemoteId, ResourceType,
    Result, Timeouts,
};
use crate::schema::{Schema, number, set_of, string};
use crate::value::{Type, Value};

pub struct NatGateway;

impl ResourceType for NatGateway {
    type Client = Client;
    const NAME: &'static str = "aws_nat_gateway";
    const READ_BATCH: usize = 200;
    const ACTIONS: Actions = Actions {
        read: &["ec2:DescribeNatGateways"],
        create: &["ec2:CreateNatGateway", "ec2:CreateTags", "ec2:DeleteTags"],
        update: &[
            "ec2:AssignPrivateNatGatewayAddress",
            "ec2:UnassignPrivateNatGatewayAddress",
            "ec2:AssociateNatGatewayAddress",
            "ec2:DisassociateNatGatewayAddress",
            "ec2:DescribeNatGateways",
            "ec2:CreateTags",
            "ec2:DeleteTags",
        ],
        delete: &["ec2:DeleteNatGateway"],
    };
    const DELETION: Deletion = Deletion::Polled;

    fn schema() -> Schema {
        Schema::new(0)
            .attr("allocation_id", string().optional().force_new())
            .attr("association_id", string().computed())
            .attr("connectivity_type", string().optional().force_new().default("public").check(connectivity))
            .attr("id", string().optional().computed())
            .attr("network_interface_id", string().computed())
            .attr("private_ip", string().optional().computed().force_new())
            .attr("public_ip", string().computed())
            .attr("secondary_allocation_ids", set_of(Type::String).optional())
            .attr("secondary_private_ip_address_count", number().optional().computed().force_new())
            .attr("secondary_private_ip_addresses", set_of(Type::String).optional().computed())
            .attr("subnet_id", string().required().force_new())
            .tags()
            .timeouts(&["create", "delete", "update"])
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        _prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let filter = tags::filter("nat-gateway-id", texts(ids));
        let pages = client.ec2().describe_nat_gateways().filter(filter).into_paginator().items().send();
        let live: Vec<Live> = pages.try_collect().await?;
        let mut found = gone(ids);
        // Deleted gateways are listed for about an hour.
        for gateway in live.into_iter().filter(|g| state(g) != "deleted") {
            let object = object(&gateway);
            found.insert(gateway.nat_gateway_id.unwrap_or_default().into(), Found::Object(object));
        }
        Ok(found)
    }

    fn customize_plan(change: &mut PlannedChange) {
        let private = change.planned.str("connectivity_type") == Some("private");
        let foreign: &[&str] = match private {
            true => &["allocation_id", "secondary_allocation_ids"],
            false => &["secondary_private_ip_address_count"],
        };
        for name in foreign {
            if is_set(change, name) {
                let kind = if private { "private" } else { "public" };
                change.error(name, format!("A gateway of connectivity_type = \"{kind}\" does not take \"{name}\"."));
            }
        }
        if is_set(change, "secondary_private_ip_address_count") && is_set(change, "secondary_private_ip_addresses") {
            change.error("secondary_private_ip_address_count", "Set either the addresses or their count.");
        }
        if change.is_create() {
            return;
        }
        if change.changes("secondary_allocation_ids") {
            change.set_unknown("secondary_private_ip_address_count");
            change.set_unknown("secondary_private_ip_addresses");
        } else if change.changes("secondary_private_ip_addresses") {
            change.set_unknown("secondary_private_ip_address_count");
        }
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let answer = visible(|| async {
            let call = cx
                .client
                .ec2()
                .create_nat_gateway()
                .client_token(cx.token)
                .set_allocation_id(want.string("allocation_id"))
                .set_connectivity_type(want.str("connectivity_type").map(ConnectivityType::from))
                .set_private_ip_address(want.string("private_ip"))
                .set_secondary_allocation_ids(some(want.strings("secondary_allocation_ids")))
                .set_secondary_private_ip_address_count(want.i32("secondary_private_ip_address_count"))
                .set_secondary_private_ip_addresses(some(want.strings("secondary_private_ip_addresses")))
                .set_subnet_id(want.string("subnet_id"))
                .tag_specifications(tags::with_token(Kind::Natgateway, want, cx.token));
            call.send().await.map_err(Error::from)
        })
        .await?;
        let id = answer.nat_gateway.and_then(|g| g.nat_gateway_id).ok_or_else(|| Error::other("no id"))?;
        tags::created_with_token(cx, &id).await?;
        Ok(id.into())
    }

    async fn update(client: &Client, id: &RemoteId, prior: &Object, want: &Object) -> Result<()> {
        let change = |name| {
            let set = |o: &Object| o.strings(name).into_iter().collect::<BTreeSet<_>>();
            let (old, new) = (set(prior), if want.is_unknown(name) { set(prior) } else { set(want) });
            let added: Vec<String> = new.difference(&old).cloned().collect();
            let removed: Vec<String> = old.difference(&new).cloned().collect();
            (added, removed)
        };
        let (new_ips, old_ips) = change("secondary_private_ip_addresses");
        if want.str("connectivity_type") == Some("private") {
            if !new_ips.is_empty() {
                let call = client.ec2().assign_private_nat_gateway_address().nat_gateway_id(id.as_str());
                call.set_private_ip_addresses(Some(new_ips)).send().await?;
            }
            if !old_ips.is_empty() {
                let call = client.ec2().unassign_private_nat_gateway_address().nat_gateway_id(id.as_str());
                call.set_private_ip_addresses(Some(old_ips)).send().await?;
            }
        } else {
            let (new, old) = change("secondary_allocation_ids");
            if !new.is_empty() {
                let call = client.ec2().associate_nat_gateway_address().nat_gateway_id(id.as_str());
                call.set_allocation_ids(Some(new)).set_private_ip_addresses(some(new_ips)).send().await?;
            }
            if !old.is_empty() {
                disassociate(client, id.as_str(), &old).await?;
            }
        }
        tags::update(client, id.as_str(), prior, want).await
    }

    async fn delete(client: &Client, id: &RemoteId, _prior: &Object) -> Result<()> {
        deleted(client.ec2().delete_nat_gateway().nat_gateway_id(id.as_str()).send().await)
    }

    fn readiness(object: &Object) -> Readiness {
        match object.str("_status").unwrap_or("available") {
            "available" => Readiness::Ready,
            "failed" => Readiness::Failed(object.string("_why").unwrap_or_else(|| "failed".into())),
            other => Readiness::Pending(other.to_owned()),
        }
    }

    fn timeouts() -> Timeouts {
        Timeouts::minutes(10, 10, 30)
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let answer = client.ec2().describe_nat_gateways().filter(tags::token_filter(intent)).send().await?;
        let mut live = answer.nat_gateways.unwrap_or_default().into_iter().filter(|g| state(g) != "deleted");
        Ok(live.find(|g| tags::has_token(g.tags.as_ref(), intent)).and_then(|g| g.nat_gateway_id).map(RemoteId::from))
    }

    async fn reclaim(client: &Client, id: &RemoteId) -> Result<()> {
        tags::remove_token(client, id.as_str()).await
    }
}

fn connectivity(value: &Value) -> std::result::Result<(), String> {
    match value.as_str() {
        Some("public" | "private") => Ok(()),
        _ => Err("The connectivity type of a NAT gateway is \"public\" or \"private\".".into()),
    }
}

fn some(texts: Vec<String>) -> Option<Vec<String>> {
    (!texts.is_empty()).then_some(texts)
}

fn state(gateway: &Live) -> &str {
    gateway.state.as_ref().map_or("available", |s| s.as_str())
}

/// Takes secondary addresses away: the API knows them by association only.
async fn disassociate(client: &Client, id: &str, allocations: &[String]) -> Result<()> {
    let answer = client.ec2().describe_nat_gateways().filter(tags::filter("nat-gateway-id", [id])).send().await?;
    let addresses = answer.nat_gateways.unwrap_or_default().into_iter().filter_map(|g| g.nat_gateway_addresses);
    let associations: Vec<String> = addresses
        .flatten()
        .filter(|a| a.allocation_id.as_ref().is_some_and(|id| allocations.contains(id)))
        .filter_map(|a| a.association_id)
        .collect();
    if !associations.is_empty() {
        let call = client.ec2().disassociate_nat_gateway_address().nat_gateway_id(id);
        call.set_association_ids(Some(associations)).send().await?;
    }
    Ok(())
}

pub(super) fn object(gateway: &Live) -> Object {
    let addresses = gateway.nat_gateway_addresses.as_deref().unwrap_or_default();
    let is_primary = |a: &&NatGatewayAddress| a.is_primary == Some(true) || addresses.len() == 1;
    let primary = addresses.iter().find(is_primary);
    let of = |get: fn(&NatGatewayAddress) -> &Option<String>| primary.and_then(|a| get(a).clone()).unwrap_or_default();
    let secondary = || addresses.iter().filter(|a| !is_primary(a));
    let allocations: Vec<String> = secondary().filter_map(|a| a.allocation_id.clone()).collect();
    let ips: Vec<String> = secondary().filter_map(|a| a.private_ip.clone()).collect();
    // An address still on its way, once the gateway itself is there.
    let moving = addresses.iter().filter_map(|a| a.status.as_ref()).map(|s| s.as_str().to_owned());
    let moving = moving.into_iter().find(|s| !matches!(s.as_str(), "succeeded" | "failed"));
    let status = match (state(gateway), moving) {
        ("available", Some(moving)) => moving,
        (state, _) => state.to_owned(),
    };
    let mut object = Object::new()
        .with("allocation_id", of(|a| &a.allocation_id))
        .with("association_id", of(|a| &a.association_id))
        .with("connectivity_type", gateway.connectivity_type.as_ref().map_or("public", ConnectivityType::as_str))
        .with("id", gateway.nat_gateway_id.clone())
        .with("network_interface_id", of(|a| &a.network_interface_id))
        .with("private_ip", of(|a| &a.private_ip))
        .with("public_ip", of(|a| &a.public_ip))
        .with("secondary_allocation_ids", allocations)
        .with("secondary_private_ip_address_count", ips.len() as i64)
        .with("secondary_private_ip_addresses", ips)
        .with("subnet_id", gateway.subnet_id.clone())
        .with("_status", status)
        .with("_why", gateway.failure_message.clone().unwrap_or_default());
    all_tags::set(&mut object, tags::pairs(gateway.tags.as_ref()));
    object
}
