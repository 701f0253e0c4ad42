//! Tags of keys.

use aws_sdk_kms::types::Tag;

use crate::aws::{Client, tags};
use crate::provider::{Error, Object, Result};

/// Tags for a creation, with its token.
pub fn with_token(want: &Object, token: &str) -> Result<Vec<Tag>> {
    let mut all = tags::wanted(want);
    all.insert(tags::TOKEN.into(), token.into());
    list(&all)
}

/// Tags of a key as pairs.
pub async fn read(client: &Client, id: &str) -> Result<Vec<(String, String)>> {
    let mut all = Vec::new();
    let mut pages = client.kms().list_resource_tags().key_id(id).into_paginator().send();
    while let Some(page) = pages.next().await {
        all.extend(page?.tags.unwrap_or_default().into_iter().map(|t| (t.tag_key, t.tag_value)));
    }
    Ok(all)
}

/// Brings the tags of a key from `prior` to `want`.
pub async fn update(client: &Client, id: &str, prior: &Object, want: &Object) -> Result<()> {
    let (removed, changed) = tags::difference(prior, want);
    if !removed.is_empty() {
        client.kms().untag_resource().key_id(id).set_tag_keys(Some(removed)).send().await?;
    }
    if !changed.is_empty() {
        client.kms().tag_resource().key_id(id).set_tags(Some(list(&changed)?)).send().await?;
    }
    Ok(())
}

/// Takes the token of its creation from a key.
pub async fn remove_token(client: &Client, id: &str) -> Result<()> {
    client.kms().untag_resource().key_id(id).tag_keys(tags::TOKEN).send().await?;
    Ok(())
}

fn list(all: &tags::Tags) -> Result<Vec<Tag>> {
    let made = all.iter().map(|(k, v)| Tag::builder().tag_key(k).tag_value(v).build());
    made.collect::<Result<_, _>>().map_err(|e| Error::other(e.to_string()))
}
