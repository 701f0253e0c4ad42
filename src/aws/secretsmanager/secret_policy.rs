//! `aws_secretsmanager_secret_policy`. Its id is the ARN of the secret.

use std::collections::BTreeMap;

use crate::aws::gather::one_by_one;
use crate::aws::{Client, validate};
use crate::provider::{
    Actions, CreateCx, Error, ErrorKind, Found, Intent, Object, Operation, RemoteId, ResourceType, Result, Timeouts,
};
use crate::schema::{Normal, Schema, boolean, string};

pub struct SecretPolicy;

impl ResourceType for SecretPolicy {
    type Client = Client;
    const NAME: &'static str = "aws_secretsmanager_secret_policy";
    const READ_BATCH: usize = 100;
    const ACTIONS: Actions = Actions {
        read: &["secretsmanager:GetResourcePolicy"],
        create: &["secretsmanager:PutResourcePolicy"],
        update: &["secretsmanager:PutResourcePolicy"],
        delete: &["secretsmanager:DeleteResourcePolicy"],
    };

    fn schema() -> Schema {
        Schema::new(0)
            .attr("block_public_policy", boolean().optional())
            .attr("id", string().optional().computed())
            .attr("policy", string().required().normal(Normal::Policy).check(validate::json))
            .attr("secret_arn", string().required().force_new().check(validate::arn))
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        _prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        one_by_one(ids, |id| async move {
            let policy = get(client, id.as_str()).await?;
            let object = |policy: String| {
                Object::new().with("id", id.as_str()).with("policy", policy).with("secret_arn", id.as_str())
            };
            Ok(policy.map_or(Found::Gone, |p| Found::Object(object(p))))
        })
        .await
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let id = RemoteId::from(want.string("secret_arn").unwrap_or_default());
        put(cx.client, &id, want).await?;
        cx.created(&id);
        Ok(id)
    }

    async fn update(client: &Client, id: &RemoteId, _prior: &Object, want: &Object) -> Result<()> {
        put(client, id, want).await
    }

    async fn delete(client: &Client, id: &RemoteId, _prior: &Object) -> Result<()> {
        match client.secretsmanager().delete_resource_policy().secret_id(id.as_str()).send().await.map_err(Error::from)
        {
            Ok(_) => Ok(()),
            Err(e) if is_deleted(&e) => Ok(()),
            Err(e) => e.unless_not_found(),
        }
    }

    /// A role that was just made is not known to the service at once.
    fn retries(_operation: Operation, error: &Error) -> bool {
        matches!(error.kind, ErrorKind::InUse | ErrorKind::NotYet)
            || error.has_code("MalformedPolicyDocumentException") && error.message.contains("principal")
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        want.string("secret_arn").map(|arn| ("secret_arn".to_owned(), arn)).into_iter().collect()
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let Some(arn) = intent.identity.get("secret_arn") else { return Ok(None) };
        Ok(get(client, arn).await?.map(|_| arn.as_str().into()))
    }

    fn timeouts() -> Timeouts {
        Timeouts::minutes(2, 2, 2)
    }
}

async fn get(client: &Client, arn: &str) -> Result<Option<String>> {
    match client.secretsmanager().get_resource_policy().secret_id(arn).send().await.map_err(Error::from) {
        Ok(answer) => Ok(answer.resource_policy.filter(|p| !p.is_empty() && p.trim() != "{}")),
        Err(e) if is_deleted(&e) => Ok(None),
        Err(e) => e.unless_not_found().map(|()| None),
    }
}

/// The secret waits for its deletion.
fn is_deleted(error: &Error) -> bool {
    error.has_code("InvalidRequestException") && error.message.contains("deleti")
        || error.has_code("InvalidRequestException") && error.message.contains("deleted")
}

async fn put(client: &Client, id: &RemoteId, want: &Object) -> Result<()> {
    client
        .secretsmanager()
        .put_resource_policy()
        .secret_id(id.as_str())
        .set_resource_policy(want.string("policy"))
        .set_block_public_policy(want.bool("block_public_policy"))
        .send()
        .await?;
    Ok(())
}
