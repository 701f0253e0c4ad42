//! What several types of Auto Scaling read, and how it answers about what is gone.

use std::collections::BTreeMap;

use aws_sdk_autoscaling::types::AutoScalingGroup;

use crate::aws::Client;
use crate::provider::{Error, Result};

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

/// Whether another activity on the group only has to end first.
pub fn passes(error: &Error) -> bool {
    ["ResourceContention", "ResourceInUse", "ScalingActivityInProgress", "InstanceRefreshInProgress"]
        .into_iter()
        .any(|code| error.has_code(code))
}
