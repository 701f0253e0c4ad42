//! How objects are deleted: in a bucket with versions, all of them.

use super::object_request::hold;
use super::part;
use crate::aws::Client;
use crate::provider::{Error, ErrorKind, Result};

/// `force` takes legal holds away and goes past the retention that permits it.
pub async fn delete(client: &Client, bucket: &str, key: &str, versions: bool, force: bool) -> Result<()> {
    if !versions {
        return part::found(client.s3().delete_object().bucket(bucket).key(key).send().await).map(drop);
    }
    let mut at: (Option<String>, Option<String>) = (None, None);
    loop {
        let call = client.s3().list_object_versions().bucket(bucket).prefix(key);
        let call = call.set_key_marker(at.0).set_version_id_marker(at.1);
        let Some(page) = part::found(call.send().await)? else { return Ok(()) };
        let versions = page.versions().iter().map(|v| (v.key.as_deref(), v.version_id.clone()));
        let markers = page.delete_markers().iter().map(|m| (m.key.as_deref(), m.version_id.clone()));
        for (_, version) in versions.chain(markers).filter(|(found, _)| *found == Some(key)) {
            let version = version.unwrap_or_default();
            match one(client, bucket, key, &version, force).await {
                Err(e) if force && e.kind == ErrorKind::Denied => {
                    hold(client, bucket.to_owned(), key, Some(version.clone()), "OFF").await?;
                    one(client, bucket, key, &version, force).await?;
                }
                other => other?,
            }
        }
        if page.is_truncated != Some(true) {
            return Ok(());
        }
        at = (page.next_key_marker, page.next_version_id_marker);
    }
}

async fn one(client: &Client, bucket: &str, key: &str, version: &str, force: bool) -> Result<()> {
    let call = client.s3().delete_object().bucket(bucket).key(key).version_id(version);
    match call.set_bypass_governance_retention(force.then_some(true)).send().await {
        Ok(_) => Ok(()),
        Err(e) => Error::from(e).unless_not_found(),
    }
}
