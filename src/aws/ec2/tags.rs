//! Tags and filters of EC2 objects.

use aws_sdk_ec2::types::{Filter, ResourceType, Tag, TagSpecification};

use super::read::visible;
use crate::aws::{Client, tags};
use crate::provider::{CreateCx, Error, Intent, Object, Result};

/// Tags for a creation; `None` where there are none, since AWS refuses an empty list.
pub fn specification(kind: ResourceType, want: &Object) -> Option<TagSpecification> {
    let tags: Vec<Tag> = tags::wanted(want).iter().map(|(k, v)| tag(k, v)).collect();
    (!tags.is_empty()).then(|| TagSpecification::builder().resource_type(kind).set_tags(Some(tags)).build())
}

/// Tags for a creation that neither a name nor a client token makes unique: with the token as one more tag.
/// Take it away with [`remove_token`] once the id is journaled.
pub fn with_token(kind: ResourceType, want: &Object, token: &str) -> TagSpecification {
    let tags = tags::wanted(want).iter().map(|(k, v)| tag(k, v)).chain([tag(tags::TOKEN, token)]).collect();
    TagSpecification::builder().resource_type(kind).set_tags(Some(tags)).build()
}

/// Takes the token of its creation from an object.
pub async fn remove_token(client: &Client, id: &str) -> Result<()> {
    visible(|| async {
        let call = client.ec2().delete_tags().resources(id).tags(Tag::builder().key(tags::TOKEN).build());
        call.send().await.map_err(Error::from)
    })
    .await?;
    Ok(())
}

/// Journals the id of an object made with [`with_token`], then takes the token away.
pub async fn created_with_token(cx: &CreateCx<'_, Client>, id: &str) -> Result<()> {
    cx.created(&id.into());
    remove_token(cx.client, id).await
}

/// The filter that finds the object of an unfinished creation made with [`with_token`].
pub fn token_filter(intent: &Intent) -> Filter {
    filter(&format!("tag:{}", tags::TOKEN), [intent.token.as_str()])
}

/// Whether an object has the token of an unfinished creation: to take another one for it would be worse than to miss it,
/// so the answer of the filter is looked at again.
pub fn has_token(live: Option<&Vec<Tag>>, intent: &Intent) -> bool {
    pairs(live).any(|(key, value)| key == tags::TOKEN && value == intent.token)
}

/// Tags of an answer as pairs.
pub fn pairs(tags: Option<&Vec<Tag>>) -> impl Iterator<Item = (String, String)> + '_ {
    tags.into_iter().flatten().filter_map(|t| Some((t.key.clone()?, t.value.clone().unwrap_or_default())))
}

/// Brings the tags of an object from `prior` to `want`.
pub async fn update(client: &Client, id: &str, prior: &Object, want: &Object) -> Result<()> {
    let (removed, changed) = tags::difference(prior, want);
    if !removed.is_empty() {
        let gone = removed.iter().map(|k| Tag::builder().key(k).build()).collect();
        client.ec2().delete_tags().resources(id).set_tags(Some(gone)).send().await?;
    }
    if !changed.is_empty() {
        let set = changed.iter().map(|(k, v)| tag(k, v)).collect();
        client.ec2().create_tags().resources(id).set_tags(Some(set)).send().await?;
    }
    Ok(())
}

/// A filter of Describe calls.
pub fn filter(name: &str, values: impl IntoIterator<Item = impl Into<String>>) -> Filter {
    Filter::builder().name(name).set_values(Some(values.into_iter().map(Into::into).collect())).build()
}

fn tag(key: &str, value: &str) -> Tag {
    Tag::builder().key(key).value(value).build()
}
