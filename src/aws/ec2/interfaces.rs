//! Network interfaces that keep something else from being deleted: those that nothing uses any more, and who has the others.

use std::fmt;

use aws_sdk_ec2::types::{Filter, NetworkInterface, NetworkInterfaceStatus};

use super::read::FILTER_VALUES;
use super::tags;
use crate::aws::Client;
use crate::aws::error::deleted;
use crate::provider::{Error, ErrorKind, Result};

/// What the VPC CNI and load balancers write into the description of their interfaces.
const LEFT_BY: [&str; 2] = ["aws-K8S-", "ELB "];
/// Tags of interfaces that the VPC CNI has made.
const CNI_TAGS: [&str; 2] = ["cluster.k8s.amazonaws.com/name", "node.k8s.amazonaws.com/instance_id"];

/// An interface that nothing uses, as people know it.
pub struct Left {
    id: String,
    description: String,
    subnet: String,
}

impl fmt::Display for Left {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} \"{}\" in {}", self.id, self.description, self.subnet)
    }
}

/// Interfaces in security groups or subnets that pods and load balancers have left behind.
pub async fn left_behind(client: &Client, groups: &[String], subnets: &[String]) -> Result<Vec<Left>> {
    let mut left: Vec<Left> = Vec::new();
    for (name, ids) in [("group-id", groups), ("subnet-id", subnets)] {
        for some in ids.chunks(FILTER_VALUES) {
            let filters = vec![tags::filter(name, some), tags::filter("status", ["available"])];
            let all = interfaces(client, filters).await?;
            left.extend(all.iter().filter(|i| is_left(i)).map(|i| Left {
                id: i.network_interface_id.clone().unwrap_or_default(),
                description: i.description.clone().unwrap_or_default(),
                subnet: i.subnet_id.clone().unwrap_or_default(),
            }));
        }
    }
    left.sort_by(|a, b| a.id.cmp(&b.id));
    left.dedup_by(|a, b| a.id == b.id);
    Ok(left)
}

/// How the deletion of a security group or subnet ended. Where interfaces keep it, those that nothing uses are deleted, so
/// that the next attempt gets on; the error names the others, with who has them and since when.
pub async fn unblock(client: &Client, name: &str, id: &str, answer: Result<()>) -> Result<()> {
    let Err(mut error) = answer else { return Ok(()) };
    if error.kind != ErrorKind::InUse {
        return Err(error);
    }
    let mut holders = Vec::new();
    for interface in interfaces(client, vec![tags::filter(name, [id])]).await? {
        if is_left(&interface) {
            delete(client, &interface.network_interface_id.unwrap_or_default()).await?;
        } else {
            holders.push(holder(&interface));
        }
    }
    if !holders.is_empty() {
        error.message.push_str(&format!(" It is held by {}.", holders.join(", ")));
    }
    Err(error)
}

pub async fn delete(client: &Client, id: &str) -> Result<()> {
    deleted(client.ec2().delete_network_interface().network_interface_id(id).send().await)
}

pub async fn interfaces(client: &Client, filters: Vec<Filter>) -> Result<Vec<NetworkInterface>> {
    let call = client.ec2().describe_network_interfaces().set_filters(Some(filters));
    call.into_paginator().items().send().try_collect().await.map_err(Error::from)
}

fn is_left(interface: &NetworkInterface) -> bool {
    let description = interface.description.as_deref().unwrap_or_default();
    let tagged = |tag: &aws_sdk_ec2::types::Tag| tag.key.as_deref().is_some_and(|key| CNI_TAGS.contains(&key));
    interface.status == Some(NetworkInterfaceStatus::Available)
        && (LEFT_BY.iter().any(|by| description.starts_with(by)) || interface.tag_set.iter().flatten().any(tagged))
}

/// `network interface eni-1 "ELB app/x" of i-1 since 2026-01-02T03:04:05Z`
fn holder(interface: &NetworkInterface) -> String {
    let mut text = format!("network interface {}", interface.network_interface_id.as_deref().unwrap_or_default());
    if let Some(description) = interface.description.as_deref().filter(|d| !d.is_empty()) {
        text.push_str(&format!(" \"{description}\""));
    }
    let attachment = interface.attachment.as_ref();
    let owner = attachment.and_then(|a| a.instance_id.as_deref().or(a.instance_owner_id.as_deref()));
    if let Some(owner) = owner.or(interface.requester_id.as_deref()) {
        text.push_str(&format!(" of {owner}"));
    }
    if let Some(time) = attachment.and_then(|a| a.attach_time) {
        text.push_str(&format!(" since {time}"));
    }
    text
}
