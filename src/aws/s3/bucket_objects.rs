//! Empties buckets.

use aws_sdk_s3::types::{Delete, ObjectIdentifier};

use crate::aws::Client;
use crate::provider::{Error, Result};

/// Deletes all versions of all objects of a bucket. `locked` goes past the retention that permits it.
pub async fn delete_all(client: &Client, bucket: &str, locked: bool) -> Result<()> {
    let mut at: (Option<String>, Option<String>) = (None, None);
    loop {
        let call = client.s3().list_object_versions().bucket(bucket);
        let page = call.set_key_marker(at.0).set_version_id_marker(at.1).send().await?;
        let versions = page.versions().iter().map(|v| (v.key.clone(), v.version_id.clone()));
        let markers = page.delete_markers().iter().map(|m| (m.key.clone(), m.version_id.clone()));
        let named = versions.chain(markers).filter_map(|(key, version)| Some((key?, version)));
        let objects: Result<Vec<_>, _> =
            named.map(|(key, version)| ObjectIdentifier::builder().key(key).set_version_id(version).build()).collect();
        let objects = objects.map_err(|e| Error::other(e.to_string()))?;
        if !objects.is_empty() {
            delete(client, bucket, objects, locked).await?;
        }
        if page.is_truncated != Some(true) {
            return Ok(());
        }
        at = (page.next_key_marker, page.next_version_id_marker);
    }
}

async fn delete(client: &Client, bucket: &str, objects: Vec<ObjectIdentifier>, locked: bool) -> Result<()> {
    let delete = Delete::builder().set_objects(Some(objects)).quiet(true).build();
    let delete = delete.map_err(|e| Error::other(e.to_string()))?;
    let call = client.s3().delete_objects().bucket(bucket).delete(delete);
    let answer = call.set_bypass_governance_retention(locked.then_some(true)).send().await?;
    match answer.errors().first() {
        Some(e) => {
            let (key, why) = (e.key.as_deref().unwrap_or_default(), e.message.as_deref().unwrap_or_default());
            Err(Error { code: e.code.clone(), ..Error::other(format!("the object \"{key}\" stays: {why}")) })
        }
        None => Ok(()),
    }
}
