//! Updates that EKS carries out in the background, one at a time for each object.
//!
//! An object's own status turns to active again also where its update has failed: only the update itself tells.

use std::time::Duration;

use aws_sdk_eks::types::{Update, UpdateStatus};

use super::read;
use crate::aws::Client;
use crate::provider::{Error, Result};

/// What is updated, and how: for messages.
pub struct Subject<'a> {
    pub cluster: &'a str,
    pub node_group: Option<&'a str>,
    pub addon: Option<&'a str>,
}

impl<'a> Subject<'a> {
    pub fn cluster(cluster: &'a str) -> Self {
        Self { cluster, node_group: None, addon: None }
    }

    pub fn node_group(cluster: &'a str, name: &'a str) -> Self {
        Self { cluster, node_group: Some(name), addon: None }
    }

    pub fn addon(cluster: &'a str, name: &'a str) -> Self {
        Self { cluster, node_group: None, addon: Some(name) }
    }
}

const LONGEST_PAUSE: Duration = Duration::from_secs(15);

/// Waits for the end of an update. An error where it failed or was cancelled.
pub async fn finished(client: &Client, subject: &Subject<'_>, update: Option<Update>) -> Result<()> {
    let Some(mut update) = update else { return Ok(()) };
    let id = update.id.clone().unwrap_or_default();
    let mut pause = Duration::from_secs(1);
    loop {
        match update.status {
            Some(UpdateStatus::Successful) => return Ok(()),
            Some(UpdateStatus::Failed | UpdateStatus::Cancelled) => return Err(failed(&update)),
            _ => {}
        }
        tokio::time::timeout(pause, std::future::pending::<()>()).await.ok();
        pause = (pause * 2).min(LONGEST_PAUSE);
        let answer = client
            .eks()
            .describe_update()
            .name(subject.cluster)
            .set_nodegroup_name(subject.node_group.map(str::to_owned))
            .set_addon_name(subject.addon.map(str::to_owned))
            .update_id(&id)
            .send()
            .await?;
        update = answer.update.ok_or_else(|| Error::other(format!("DescribeUpdate answered no update \"{id}\"")))?;
    }
}

fn failed(update: &Update) -> Error {
    let issues: Vec<String> = update
        .errors
        .iter()
        .flatten()
        .map(|e| {
            read::issue(e.error_code.as_ref().map(|c| c.as_str()), e.error_message.as_deref(), e.resource_ids.as_ref())
        })
        .collect();
    let status = update.status.as_ref().map_or("failed", |s| s.as_str()).to_ascii_lowercase();
    let id = update.id.as_deref().unwrap_or_default();
    let why = if issues.is_empty() { "EKS gives no reason".to_owned() } else { issues.join("; ") };
    Error::other(format!("the update {id} of the object was {status}: {why}"))
}
