//! Tags of buckets, which S3 sets all at once.

use aws_sdk_s3::types::{Tag, Tagging};

use super::part;
use crate::aws::{Client, tags};
use crate::provider::{Error, Object, Result};

pub async fn read(client: &Client, bucket: &str) -> Result<tags::Tags> {
    let answer = part::found(client.s3().get_bucket_tagging().bucket(bucket).send().await)?;
    Ok(answer.into_iter().flat_map(|a| a.tag_set).map(|t| (t.key, t.value)).collect())
}

/// Sets the tags of an object. Those that AWS itself has put on the bucket stay.
pub async fn put(client: &Client, bucket: &str, want: &Object) -> Result<()> {
    let live = read(client, bucket).await?;
    let system = live.into_iter().filter(|(key, _)| key.starts_with("aws:"));
    let all: tags::Tags = system.chain(tags::wanted(want)).collect();
    if all.is_empty() {
        client.s3().delete_bucket_tagging().bucket(bucket).send().await?;
        return Ok(());
    }
    let set = all.iter().map(|(k, v)| Tag::builder().key(k).value(v).build()).collect::<Result<Vec<_>, _>>();
    let tagging = set.and_then(|set| Tagging::builder().set_tag_set(Some(set)).build());
    let tagging = tagging.map_err(|e| Error::other(e.to_string()))?;
    client.s3().put_bucket_tagging().bucket(bucket).tagging(tagging).send().await?;
    Ok(())
}
