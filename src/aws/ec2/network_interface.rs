//! `aws_network_interface`

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{
    AttachmentStatus, AttributeBooleanValue, AttributeValue, InstanceIpv6Address, NetworkInterface as Live,
    NetworkInterfaceAttachment, NetworkInterfaceCreationType, PrivateIpAddressSpecification, ResourceType as Kind,
};

use super::network_interface_addresses as addresses;
use super::read::{arn, gone, texts, visible};
use super::{interfaces, tags};
use crate::addr::Path;
use crate::aws::error::deleted;
use crate::aws::{Client, tags as all_tags, validate};
use crate::provider::{
    Actions, CreateCx, Error, ErrorKind, Found, Intent, Object, Operation, PlannedChange, Readiness, RemoteId,
    ResourceType, Result, Timeouts,
};
use crate::schema::{Block, Schema, boolean, list_of, number, set_block, set_of, string};
use crate::value::{Type, Value};

pub struct NetworkInterface;

const KINDS: [&str; 5] = ["efa", "efa-only", "branch", "trunk", "evs"];

impl ResourceType for NetworkInterface {
    type Client = Client;
    const NAME: &'static str = "aws_network_interface";
    const READ_BATCH: usize = 200;
    const ACTIONS: Actions = Actions {
        read: &["ec2:DescribeNetworkInterfaces"],
        create: &[
            "ec2:CreateNetworkInterface",
            "ec2:DescribeNetworkInterfaces",
            "ec2:ModifyNetworkInterfaceAttribute",
            "ec2:AssignPrivateIpAddresses",
            "ec2:AssignIpv6Addresses",
            "ec2:AttachNetworkInterface",
            "ec2:CreateTags",
            "ec2:DeleteTags",
        ],
        update: &[
            "ec2:DescribeNetworkInterfaces",
            "ec2:ModifyNetworkInterfaceAttribute",
            "ec2:AssignPrivateIpAddresses",
            "ec2:UnassignPrivateIpAddresses",
            "ec2:AssignIpv6Addresses",
            "ec2:UnassignIpv6Addresses",
            "ec2:AttachNetworkInterface",
            "ec2:DetachNetworkInterface",
            "ec2:CreateTags",
            "ec2:DeleteTags",
        ],
        delete: &["ec2:DetachNetworkInterface", "ec2:DeleteNetworkInterface"],
    };

    fn schema() -> Schema {
        let attachment = Block::new()
            .attr("attachment_id", string().computed())
            .attr("device_index", number().required())
            .attr("instance", string().required());
        let texts = || set_of(Type::String).optional().computed();
        let list = || list_of(Type::String).optional().computed();
        let count = || number().optional().computed();
        Schema::new(0)
            .attr("arn", string().computed())
            .attr("description", string().optional())
            .attr("enable_primary_ipv6", boolean().optional().computed())
            .attr("id", string().optional().computed())
            .attr("interface_type", string().optional().computed().force_new().check(kind))
            .attr("ipv4_prefix_count", count())
            .attr("ipv4_prefixes", texts().check(networks))
            .attr("ipv6_address_count", count())
            .attr("ipv6_address_list", list())
            .attr("ipv6_address_list_enabled", boolean().optional().default(false))
            .attr("ipv6_addresses", texts())
            .attr("ipv6_prefix_count", count())
            .attr("ipv6_prefixes", texts().check(networks))
            .attr("mac_address", string().computed())
            .attr("outpost_arn", string().computed())
            .attr("owner_id", string().computed())
            .attr("private_dns_name", string().computed())
            .attr("private_ip", string().optional().computed())
            .attr("private_ip_list", list())
            .attr("private_ip_list_enabled", boolean().optional().default(false))
            .attr("private_ips", texts())
            .attr("private_ips_count", count())
            .attr("security_groups", texts())
            .attr("source_dest_check", boolean().optional().default(true))
            .attr("subnet_id", string().required().force_new())
            .block("attachment", set_block(attachment).computed())
            .tags()
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        _prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let filter = tags::filter("network-interface-id", texts(ids));
        let mut found = gone(ids);
        for interface in interfaces::interfaces(client, vec![filter]).await? {
            let object = object(client, &interface);
            found.insert(interface.network_interface_id.unwrap_or_default().into(), Found::Object(object));
        }
        Ok(found)
    }

    fn customize_plan(change: &mut PlannedChange) {
        addresses::check(change);
        if change.planned.objects("attachment").len() > 1 {
            change.error("attachment", "An interface is attached to one instance at a time.");
        }
        if change.is_create() {
            return;
        }
        let prior = change.prior.clone().unwrap_or_default();
        let primary = prior.bool("enable_primary_ipv6") == Some(true);
        if primary && change.planned.bool("enable_primary_ipv6") != Some(true) {
            change.force_new("enable_primary_ipv6");
        }
        // The first address of an interface stays as long as it does.
        change.force_new("private_ip");
        if addresses::moves_primary(change, &prior) {
            let name = if addresses::by_list(&change.planned) { "private_ip_list" } else { "private_ips" };
            change.replace.insert(Path::attr(name));
        }
        addresses::plan(change);
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let first = addresses::first(want);
        let ipv4 = first
            .private_ips
            .iter()
            .enumerate()
            .map(|(n, ip)| PrivateIpAddressSpecification::builder().private_ip_address(ip).primary(n == 0).build());
        let ipv6 = first.ipv6_addresses.iter().map(|ip| InstanceIpv6Address::builder().ipv6_address(ip).build());
        let answer = cx
            .client
            .ec2()
            .create_network_interface()
            .client_token(cx.token)
            .set_description(want.string("description"))
            .set_enable_primary_ipv6(want.bool("enable_primary_ipv6"))
            .set_groups(Some(want.strings("security_groups")).filter(|g| !g.is_empty()))
            .set_interface_type(want.string("interface_type").as_deref().map(NetworkInterfaceCreationType::from))
            .set_ipv6_address_count(first.ipv6_count)
            .set_ipv6_addresses(Some(ipv6.collect::<Vec<_>>()).filter(|a| !a.is_empty()))
            .set_private_ip_addresses(Some(ipv4.collect::<Vec<_>>()).filter(|a| !a.is_empty()))
            .set_secondary_private_ip_address_count(first.count)
            .set_subnet_id(want.string("subnet_id"))
            .tag_specifications(tags::with_token(Kind::NetworkInterface, want, cx.token))
            .send()
            .await?;
        let made = answer.network_interface.ok_or_else(|| Error::other("no interface"))?;
        let id = made.network_interface_id.clone().ok_or_else(|| Error::other("no id"))?;
        tags::created_with_token(cx, &id).await?;
        // What a creation does not take, and AWS refuses together with tags.
        finish(cx.client, &id, &object(cx.client, &made), want).await?;
        Ok(id.into())
    }

    async fn update(client: &Client, id: &RemoteId, prior: &Object, want: &Object) -> Result<()> {
        finish(client, id.as_str(), prior, want).await?;
        tags::update(client, id.as_str(), prior, want).await
    }

    async fn delete(client: &Client, id: &RemoteId, prior: &Object) -> Result<()> {
        detach(client, prior).await?;
        interfaces::delete(client, id.as_str()).await
    }

    fn readiness(object: &Object) -> Readiness {
        match object.str("_status") {
            Some(state @ ("pending" | "attaching" | "detaching")) => Readiness::Pending(state.to_owned()),
            _ => Readiness::Ready,
        }
    }

    fn timeouts() -> Timeouts {
        Timeouts::minutes(10, 10, 10)
    }

    fn retries(_operation: Operation, error: &Error) -> bool {
        let in_use = error.has_code("InvalidNetworkInterface.InUse")
            || (error.has_code("InvalidParameterValue") && error.message.contains("currently in use"));
        in_use
            || error.kind == ErrorKind::NotYet
            || (error.kind == ErrorKind::InUse && !error.has_code("InvalidIPAddress.InUse"))
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let mut live = interfaces::interfaces(client, vec![tags::token_filter(intent)]).await?.into_iter();
        let own = live.find(|i| tags::has_token(i.tag_set.as_ref(), intent));
        Ok(own.and_then(|i| i.network_interface_id).map(RemoteId::from))
    }

    async fn reclaim(client: &Client, id: &RemoteId) -> Result<()> {
        tags::remove_token(client, id.as_str()).await
    }
}

fn kind(value: &Value) -> std::result::Result<(), String> {
    validate::one_of(value, &KINDS)
}

fn networks(value: &Value) -> std::result::Result<(), String> {
    value.as_slice().unwrap_or_default().iter().filter(|v| v.is_known()).try_for_each(validate::cidr)
}

/// Instance and place of an attachment.
fn attached(object: &Object) -> Option<(String, i64)> {
    let block = object.objects("attachment").into_iter().next()?;
    Some((block.string("instance")?, block.i64("device_index").unwrap_or_default()))
}

/// Does what no call does at once. What may have been done by a call whose answer was lost is looked at first.
async fn finish(client: &Client, id: &str, prior: &Object, want: &Object) -> Result<()> {
    // The id of a new attachment is not known yet.
    let moves = want.get("attachment").is_some_and(Value::is_known) && attached(prior) != attached(want);
    let readdressed = !addresses::work(prior, want).is_none();
    modify(client, id, prior, want).await?;
    if !moves && !readdressed {
        return Ok(());
    }
    let live = visible(|| async {
        let live = interfaces::interfaces(client, vec![tags::filter("network-interface-id", [id])]).await?.pop();
        live.ok_or_else(|| Error::not_found(format!("the interface {id} is gone")))
    });
    let live = object(client, &live.await?);
    addresses::change(client, id, addresses::work(&live, want), want).await?;
    if moves { attach(client, id, &live, want).await } else { Ok(()) }
}

/// Brings the attachment from what is live to `want`. `NotYet` while the interface leaves another instance.
async fn attach(client: &Client, id: &str, live: &Object, want: &Object) -> Result<()> {
    let wanted = attached(want);
    if attached(live) == wanted {
        return Ok(());
    }
    if live.str("_status") != Some("detaching") {
        detach(client, live).await?;
    }
    let Some((instance, index)) = wanted else { return Ok(()) };
    if attached(live).is_some() {
        return Err(Error::new(ErrorKind::NotYet, "the interface leaves the instance that it is attached to"));
    }
    let index = index.try_into().map_err(|_| Error::other("the device index is too large"))?;
    let call = client.ec2().attach_network_interface().network_interface_id(id).instance_id(&instance);
    match call.device_index(index).send().await.map_err(Error::from) {
        // An instance takes interfaces once it runs.
        Err(e) if e.has_code("IncorrectState") || e.has_code("IncorrectInstanceState") => {
            Err(Error { kind: ErrorKind::NotYet, ..e })
        }
        other => other.map(drop),
    }
}

async fn detach(client: &Client, object: &Object) -> Result<()> {
    let block = object.objects("attachment").into_iter().next();
    let Some(attachment) = block.and_then(|b| b.string("attachment_id")) else { return Ok(()) };
    deleted(client.ec2().detach_network_interface().attachment_id(attachment).force(true).send().await)
}

/// Attributes of which one call changes one.
async fn modify(client: &Client, id: &str, prior: &Object, want: &Object) -> Result<()> {
    let call = || client.ec2().modify_network_interface_attribute().network_interface_id(id);
    let mut calls = Vec::new();
    if let Some(on) = want.bool("source_dest_check").filter(|on| prior.bool("source_dest_check") != Some(*on)) {
        calls.push(call().source_dest_check(AttributeBooleanValue::builder().value(on).build()));
    }
    let groups = |o: &Object| o.strings("security_groups");
    if !want.is_unknown("security_groups") && !groups(want).is_empty() && groups(want) != groups(prior) {
        calls.push(call().set_groups(Some(groups(want))));
    }
    if want.string("description") != prior.string("description") {
        let text = want.string("description").unwrap_or_default();
        calls.push(call().description(AttributeValue::builder().value(text).build()));
    }
    let primary = |o: &Object| o.bool("enable_primary_ipv6").unwrap_or_default();
    if primary(want) && !primary(prior) {
        calls.push(call().enable_primary_ipv6(true));
    }
    for call in calls {
        visible(|| async { call.clone().send().await.map_err(Error::from) }).await?;
    }
    Ok(())
}

fn object(client: &Client, interface: &Live) -> Object {
    let id = interface.network_interface_id.as_deref().unwrap_or_default();
    let gone = |a: &&NetworkInterfaceAttachment| a.status == Some(AttachmentStatus::Detached);
    let attachment = interface.attachment.as_ref().filter(|a| !gone(a));
    let block = attachment.map(|a| {
        Object::new()
            .with("attachment_id", a.attachment_id.clone().unwrap_or_default())
            .with("device_index", a.device_index.unwrap_or_default())
            .with("instance", a.instance_id.clone().unwrap_or_default())
    });
    let way = attachment
        .and_then(|a| a.status.as_ref())
        .map(|s| s.as_str())
        .filter(|s| matches!(*s, "attaching" | "detaching"));
    let status = interface.status.as_ref().map_or("available", |s| s.as_str());
    let groups: Vec<String> = interface.groups.iter().flatten().filter_map(|g| g.group_id.clone()).collect();
    let mut object = Object::new()
        .with("arn", arn(client, interface.owner_id.as_deref(), &format!("network-interface/{id}")))
        .with("attachment", block.into_iter().collect::<Vec<_>>())
        .with("description", interface.description.clone().unwrap_or_default())
        .with("id", id)
        .with("interface_type", interface.interface_type.as_ref().map_or("", |t| t.as_str()))
        .with("mac_address", interface.mac_address.clone().unwrap_or_default())
        .with("outpost_arn", interface.outpost_arn.clone().unwrap_or_default())
        .with("owner_id", interface.owner_id.clone().unwrap_or_default())
        .with("private_dns_name", interface.private_dns_name.clone().unwrap_or_default())
        .with("security_groups", groups)
        .with("source_dest_check", interface.source_dest_check.unwrap_or_default())
        .with("subnet_id", interface.subnet_id.clone().unwrap_or_default())
        .with("_status", way.unwrap_or(status));
    addresses::show(&mut object, interface);
    all_tags::set(&mut object, tags::pairs(interface.tag_set.as_ref()));
    object
}
