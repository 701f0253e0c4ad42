//! Tags of hosted zones and health checks, which the API reads by the ten.

use aws_sdk_route53::types::{Tag, TagResourceType};

use crate::aws::{Client, tags};
use crate::provider::Result;

/// Most objects whose tags one call reads.
pub const BATCH: usize = 10;

/// Tags by id.
pub async fn of(client: &Client, kind: TagResourceType, ids: Vec<String>) -> Result<Vec<(String, tags::Tags)>> {
    let call = client.route53().list_tags_for_resources().resource_type(kind);
    let answer = call.set_resource_ids(Some(ids)).send().await?;
    let sets = answer.resource_tag_sets.into_iter().map(|set| {
        let pairs =
            set.tags.unwrap_or_default().into_iter().filter_map(|t| Some((t.key?, t.value.unwrap_or_default())));
        (set.resource_id.unwrap_or_default(), pairs.collect())
    });
    Ok(sets.collect())
}

pub async fn change(
    client: &Client,
    kind: TagResourceType,
    id: &str,
    removed: Vec<String>,
    changed: tags::Tags,
) -> Result<()> {
    if removed.is_empty() && changed.is_empty() {
        return Ok(());
    }
    let add: Vec<Tag> = changed.iter().map(|(k, v)| Tag::builder().key(k).value(v).build()).collect();
    client
        .route53()
        .change_tags_for_resource()
        .resource_type(kind)
        .resource_id(id)
        .set_add_tags((!add.is_empty()).then_some(add))
        .set_remove_tag_keys((!removed.is_empty()).then_some(removed))
        .send()
        .await?;
    Ok(())
}
