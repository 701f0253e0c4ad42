//! Network ACLs as the types about them share them: one read for all, and the subnets that each is for.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use aws_sdk_ec2::types::NetworkAcl;

use super::network_acl_entries::objects;
use super::read::{FILTER_VALUES, arn, visible};
use super::tags::{filter, pairs};
use crate::aws::{Client, tags};
use crate::provider::{Error, Object, Result};

/// ACLs by id; those that do not exist are left out.
pub async fn load(client: &Client, ids: &[String]) -> Result<BTreeMap<String, Arc<NetworkAcl>>> {
    client
        .load("ec2:network-acls", ids, |ids| async move {
            let mut acls = BTreeMap::new();
            for some in ids.chunks(FILTER_VALUES) {
                let found = describe(client, "network-acl-id", some).await?;
                acls.extend(found.into_iter().filter_map(|acl| Some((acl.network_acl_id.clone()?, acl))));
            }
            Ok(acls)
        })
        .await
}

/// ACLs that one filter lets through.
pub async fn describe(client: &Client, name: &str, values: &[String]) -> Result<Vec<NetworkAcl>> {
    let pages = client.ec2().describe_network_acls().filters(filter(name, values)).into_paginator().items().send();
    Ok(pages.try_collect().await?)
}

pub fn object(client: &Client, acl: &NetworkAcl) -> Object {
    let id = acl.network_acl_id.as_deref().unwrap_or_default();
    let entries = acl.entries.as_deref().unwrap_or_default();
    let subnets: Vec<String> = acl.associations.iter().flatten().filter_map(|a| a.subnet_id.clone()).collect();
    let mut object = Object::new()
        .with("arn", arn(client, acl.owner_id.as_deref(), &format!("network-acl/{id}")))
        .with("egress", objects(entries, true))
        .with("id", id)
        .with("ingress", objects(entries, false))
        .with("owner_id", acl.owner_id.clone())
        .with("subnet_ids", subnets)
        .with("vpc_id", acl.vpc_id.clone());
    tags::set(&mut object, pairs(acl.tags.as_ref()));
    object
}

/// Subnets that `new` has and `old` has not.
pub fn added(old: &Object, new: &Object) -> Vec<String> {
    let set = |o: &Object| o.strings("subnet_ids").into_iter().collect::<BTreeSet<_>>();
    set(new).difference(&set(old)).cloned().collect()
}

/// Gives subnets another ACL. Each has one at every moment: what changes is which.
pub async fn associate(client: &Client, acl: &str, subnets: &[String]) -> Result<()> {
    if subnets.is_empty() {
        return Ok(());
    }
    let holders = describe(client, "association.subnet-id", subnets).await?;
    let associations = holders.iter().flat_map(|a| a.associations.iter().flatten());
    for association in associations {
        let wanted = association.subnet_id.as_ref().is_some_and(|s| subnets.contains(s));
        if !wanted || association.network_acl_id.as_deref() == Some(acl) {
            continue;
        }
        visible(|| async {
            let call = client.ec2().replace_network_acl_association().network_acl_id(acl);
            let call = call.set_association_id(association.network_acl_association_id.clone());
            call.send().await.map_err(Error::from)
        })
        .await?;
    }
    Ok(())
}

/// The ACL that a VPC has from AWS.
pub async fn default_of(client: &Client, vpc: &str) -> Result<Option<String>> {
    let answer = client.ec2().describe_network_acls();
    let answer = answer.filters(filter("vpc-id", [vpc])).filters(filter("default", ["true"])).send().await?;
    Ok(answer.network_acls.unwrap_or_default().into_iter().find_map(|acl| acl.network_acl_id))
}
