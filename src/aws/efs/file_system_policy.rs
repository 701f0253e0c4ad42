//! `aws_efs_file_system_policy`. Its id is that of the file system.

use std::collections::BTreeMap;

use crate::aws::error::deleted;
use crate::aws::gather::one_by_one;
use crate::aws::{Client, validate};
use crate::provider::{
    Actions, CreateCx, Error, ErrorKind, Found, Intent, Object, Operation, RemoteId, ResourceType, Result,
};
use crate::schema::{Normal, Schema, boolean, string};

pub struct FileSystemPolicy;

impl ResourceType for FileSystemPolicy {
    type Client = Client;
    const NAME: &'static str = "aws_efs_file_system_policy";
    const READ_BATCH: usize = 100;
    const ACTIONS: Actions = Actions {
        read: &["elasticfilesystem:DescribeFileSystemPolicy"],
        create: &["elasticfilesystem:PutFileSystemPolicy"],
        update: &["elasticfilesystem:PutFileSystemPolicy"],
        delete: &["elasticfilesystem:DeleteFileSystemPolicy"],
    };

    fn schema() -> Schema {
        Schema::new(0)
            .attr("bypass_policy_lockout_safety_check", boolean().optional().default(false))
            .attr("file_system_id", string().required().force_new())
            .attr("id", string().optional().computed())
            .attr("policy", string().required().normal(Normal::Policy).check(validate::json))
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        _prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        one_by_one(ids, |id| async move {
            let policy = get(client, id.as_str()).await?;
            Ok(policy.map_or(Found::Gone, |p| Found::Object(object(id, p))))
        })
        .await
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let id = RemoteId::from(want.string("file_system_id").unwrap_or_default());
        put(cx.client, &id, want).await?;
        cx.created(&id);
        Ok(id)
    }

    async fn update(client: &Client, id: &RemoteId, prior: &Object, want: &Object) -> Result<()> {
        if prior.str("policy") == want.str("policy") {
            return Ok(());
        }
        put(client, id, want).await
    }

    async fn delete(client: &Client, id: &RemoteId, _prior: &Object) -> Result<()> {
        deleted(client.efs().delete_file_system_policy().file_system_id(id.as_str()).send().await)
    }

    /// A role that was just made is not known as a principal at once.
    fn retries(operation: Operation, error: &Error) -> bool {
        matches!(error.kind, ErrorKind::InUse | ErrorKind::NotYet)
            || operation != Operation::Delete
                && error.has_code("InvalidPolicyException")
                && error.message.to_ascii_lowercase().contains("principal")
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        want.string("file_system_id").map(|id| ("file_system_id".to_owned(), id)).into_iter().collect()
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let Some(id) = intent.identity.get("file_system_id") else { return Ok(None) };
        Ok(get(client, id).await?.map(|_| id.as_str().into()))
    }
}

async fn get(client: &Client, id: &str) -> Result<Option<String>> {
    match client.efs().describe_file_system_policy().file_system_id(id).send().await {
        Ok(answer) => Ok(answer.policy),
        Err(e) => Error::from(e).unless_not_found().map(|()| None),
    }
}

async fn put(client: &Client, id: &RemoteId, want: &Object) -> Result<()> {
    client
        .efs()
        .put_file_system_policy()
        .file_system_id(id.as_str())
        .set_policy(want.string("policy"))
        .set_bypass_policy_lockout_safety_check(want.bool("bypass_policy_lockout_safety_check"))
        .send()
        .await?;
    Ok(())
}

fn object(id: &RemoteId, policy: String) -> Object {
    Object::new().with("file_system_id", id.as_str()).with("id", id.as_str()).with("policy", policy)
}
