//! Tags of EKS objects.

use std::collections::HashMap;

use crate::aws::{Client, tags};
use crate::provider::{Object, Result};

/// Tags for a creation; `None` where there are none.
pub fn wanted(want: &Object) -> Option<HashMap<String, String>> {
    let tags: HashMap<_, _> = tags::wanted(want).into_iter().collect();
    (!tags.is_empty()).then_some(tags)
}

/// Live tags into an object.
pub fn set(object: &mut Object, live: Option<HashMap<String, String>>) {
    tags::set(object, live.unwrap_or_default());
}

/// Brings the tags of an object from `prior` to `want`.
pub async fn update(client: &Client, arn: &str, prior: &Object, want: &Object) -> Result<()> {
    let (removed, changed) = tags::difference(prior, want);
    if !removed.is_empty() {
        client.eks().untag_resource().resource_arn(arn).set_tag_keys(Some(removed)).send().await?;
    }
    if !changed.is_empty() {
        let changed = changed.into_iter().collect();
        client.eks().tag_resource().resource_arn(arn).set_tags(Some(changed)).send().await?;
    }
    Ok(())
}
