//! What several types of Auto Scaling read, and how it answers about what is gone.

use std::collections::BTreeMap;
use std::future::Future;

use aws_sdk_autoscaling::types::AutoScalingGroup;

use crate::aws::Client;
use crate::aws::gather::gather;
use crate::provider::{Error, Found, Object, RemoteId, Result};

/// Most groups that one call describes.
pub const GROUPS: usize = 50;

/// The group went away with what it had: Auto Scaling calls that a validation error.
pub fn is_gone(error: &Error) -> bool {
    error.is_not_found() || error.has_code("ValidationError") && error.message.contains("not found")
}

/// How a deletion ended: what is gone already is deleted.
pub fn deleted<T, E>(answer: std::result::Result<T, E>) -> Result<()>
where
    Error: From<E>,
{
    match answer.map_err(Error::from) {
        Err(error) if !is_gone(&error) => Err(error),
        _ => Ok(()),
    }
}

/// Groups by name; those that are being deleted are gone already.
pub async fn groups(client: &Client, names: &[String]) -> Result<BTreeMap<String, AutoScalingGroup>> {
    let mut found = BTreeMap::new();
    for some in names.chunks(GROUPS) {
        let call = client.autoscaling().describe_auto_scaling_groups();
        let call = call.set_auto_scaling_group_names(Some(some.to_vec()));
        let all: Vec<AutoScalingGroup> = call.into_paginator().items().send().try_collect().await?;
        found.extend(all.into_iter().filter_map(|g| Some((g.auto_scaling_group_name.clone()?, g))));
    }
    Ok(found)
}

/// What there is of ids `GROUP/NAME`, where one call tells what a group has.
pub async fn by_group<'a, F: Future<Output = Result<Vec<(RemoteId, Object)>>>>(
    ids: &'a [RemoteId],
    of_group: impl Fn(&'a str, Vec<&'a str>) -> F,
) -> Result<BTreeMap<RemoteId, Found>> {
    let mut groups: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for id in ids {
        let (group, name) = id.pair('/')?;
        groups.entry(group).or_default().push(name);
    }
    let reads = groups.into_iter().map(|(group, names)| of_group(group, names));
    let live = gather(reads.collect()).await?.into_iter().flatten();
    let mut found: BTreeMap<RemoteId, Found> = ids.iter().map(|id| (id.clone(), Found::Gone)).collect();
    found.extend(live.map(|(id, object)| (id, Found::Object(object))));
    Ok(found)
}

/// Whether another activity on the group only has to end first.
pub fn passes(error: &Error) -> bool {
    ["ResourceContention", "ResourceInUse", "ScalingActivityInProgress", "InstanceRefreshInProgress"]
        .into_iter()
        .any(|code| error.has_code(code))
}
