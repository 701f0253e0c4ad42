//! Tags of load balancers, listeners and target groups.

use aws_sdk_elasticloadbalancingv2::types::Tag;

use crate::aws::{Client, tags as all_tags};
use crate::provider::{Object, Result};

/// Tags for a creation; `None` where there are none.
pub fn wanted(want: &Object) -> Option<Vec<Tag>> {
    let tags = list(&all_tags::wanted(want));
    (!tags.is_empty()).then_some(tags)
}

/// Brings the tags of an object from `prior` to `want`.
pub async fn update(client: &Client, arn: &str, prior: &Object, want: &Object) -> Result<()> {
    let (removed, changed) = all_tags::difference(prior, want);
    if !removed.is_empty() {
        client.elbv2().remove_tags().resource_arns(arn).set_tag_keys(Some(removed)).send().await?;
    }
    if !changed.is_empty() {
        client.elbv2().add_tags().resource_arns(arn).set_tags(Some(list(&changed))).send().await?;
    }
    Ok(())
}

fn list(tags: &all_tags::Tags) -> Vec<Tag> {
    tags.iter().map(|(k, v)| Tag::builder().key(k).value(v).build()).collect()
}
