//! Tags of file systems and access points.

use aws_sdk_efs::types::Tag;

use crate::aws::{Client, tags};
use crate::provider::{Error, Object, Result};

/// Tags for a creation, with the token of it where `token` is given.
pub fn wanted(want: &Object, token: Option<&str>) -> Result<Vec<Tag>> {
    let mut all = tags::wanted(want);
    if let Some(token) = token {
        all.insert(tags::TOKEN.into(), token.into());
    }
    list(&all)
}

/// Tags of an answer as pairs.
pub fn pairs(tags: &[Tag]) -> impl Iterator<Item = (String, String)> + '_ {
    tags.iter().map(|t| (t.key.clone(), t.value.clone()))
}

/// Brings the tags of an object from `prior` to `want`.
pub async fn update(client: &Client, id: &str, prior: &Object, want: &Object) -> Result<()> {
    let (removed, changed) = tags::difference(prior, want);
    if !removed.is_empty() {
        client.efs().untag_resource().resource_id(id).set_tag_keys(Some(removed)).send().await?;
    }
    if !changed.is_empty() {
        client.efs().tag_resource().resource_id(id).set_tags(Some(list(&changed)?)).send().await?;
    }
    Ok(())
}

/// Takes the token of its creation from an object.
pub async fn remove_token(client: &Client, id: &str) -> Result<()> {
    client.efs().untag_resource().resource_id(id).tag_keys(tags::TOKEN).send().await?;
    Ok(())
}

fn list(all: &tags::Tags) -> Result<Vec<Tag>> {
    let made = all.iter().map(|(k, v)| Tag::builder().key(k).value(v).build());
    made.collect::<Result<_, _>>().map_err(|e| Error::other(e.to_string()))
}
