//! `aws_efs_backup_policy`

use std::collections::BTreeMap;

use aws_sdk_efs::types::{BackupPolicy as Policy, Status};

use crate::aws::gather::gather;
use crate::aws::{Client, validate};
use crate::provider::{Actions, CreateCx, Error, Found, Intent, Object, Readiness, RemoteId, ResourceType, Result};
use crate::schema::{Block, Schema, list_block, string};
use crate::value::Value;

pub struct BackupPolicy;

impl ResourceType for BackupPolicy {
    type Client = Client;
    const NAME: &'static str = "aws_efs_backup_policy";
    const READ_BATCH: usize = 100;
    const ACTIONS: Actions = Actions {
        read: &["elasticfilesystem:DescribeBackupPolicy"],
        create: &["elasticfilesystem:PutBackupPolicy"],
        update: &["elasticfilesystem:PutBackupPolicy"],
        delete: &["elasticfilesystem:PutBackupPolicy"],
    };

    fn schema() -> Schema {
        let block = Block::new().attr("status", string().required().check(status));
        Schema::new(0)
            .attr("file_system_id", string().required().force_new())
            .attr("id", string().optional().computed())
            .block("backup_policy", list_block(block).min(1).max(1))
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        _prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let reads = ids.iter().map(|id| read_one(client, id.clone())).collect();
        Ok(gather(reads).await?.into_iter().collect())
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let id = RemoteId::from(want.string("file_system_id").unwrap_or_default());
        put(cx.client, &id, &wanted(want)).await?;
        cx.created(&id);
        Ok(id)
    }

    async fn update(client: &Client, id: &RemoteId, _prior: &Object, want: &Object) -> Result<()> {
        put(client, id, &wanted(want)).await
    }

    /// There is no call to take a policy away: it is switched off.
    async fn delete(client: &Client, id: &RemoteId, _prior: &Object) -> Result<()> {
        match put(client, id, "DISABLED").await {
            Err(e) => e.unless_not_found(),
            ok => ok,
        }
    }

    fn readiness(object: &Object) -> Readiness {
        match object.object("backup_policy").as_ref().and_then(|p| p.str("status")) {
            Some(status @ ("ENABLING" | "DISABLING")) => Readiness::Pending(status.to_owned()),
            _ => Readiness::Ready,
        }
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        want.string("file_system_id").map(|id| ("file_system_id".to_owned(), id)).into_iter().collect()
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let Some(id) = intent.identity.get("file_system_id") else { return Ok(None) };
        let (id, found) = read_one(client, id.as_str().into()).await?;
        Ok(matches!(found, Found::Object(_)).then_some(id))
    }
}

async fn read_one(client: &Client, id: RemoteId) -> Result<(RemoteId, Found)> {
    let answer = match client.efs().describe_backup_policy().file_system_id(id.as_str()).send().await {
        Ok(answer) => answer,
        Err(e) => return Error::from(e).unless_not_found().map(|()| (id, Found::Gone)),
    };
    let Some(policy) = answer.backup_policy else { return Ok((id, Found::Gone)) };
    let object = Object::new()
        .with("backup_policy", vec![Object::new().with("status", policy.status.as_str())])
        .with("file_system_id", id.as_str())
        .with("id", id.as_str());
    Ok((id, Found::Object(object)))
}

fn wanted(want: &Object) -> String {
    want.object("backup_policy").and_then(|p| p.string("status")).unwrap_or_else(|| "DISABLED".into())
}

async fn put(client: &Client, id: &RemoteId, status: &str) -> Result<()> {
    let policy = Policy::builder().status(Status::from(status)).build().map_err(|e| Error::other(e.to_string()))?;
    client.efs().put_backup_policy().file_system_id(id.as_str()).backup_policy(policy).send().await?;
    Ok(())
}

fn status(value: &Value) -> Result<(), String> {
    validate::one_of(value, &["ENABLED", "DISABLED"])
}
