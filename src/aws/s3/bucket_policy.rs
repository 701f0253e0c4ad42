//! `aws_s3_bucket_policy`

use std::collections::BTreeMap;

use super::part;
use crate::aws::gather::one_by_one;
use crate::aws::{Client, validate};
use crate::provider::{Actions, CreateCx, Error, Found, Intent, Object, Operation, RemoteId, ResourceType, Result};
use crate::schema::{Normal, Schema, string};

pub struct BucketPolicy;

impl ResourceType for BucketPolicy {
    type Client = Client;
    const NAME: &'static str = "aws_s3_bucket_policy";
    const READ_BATCH: usize = 100;
    const ACTIONS: Actions = Actions {
        read: &["s3:GetBucketPolicy"],
        create: &["s3:GetBucketPolicy", "s3:PutBucketPolicy"],
        update: &["s3:GetBucketPolicy", "s3:PutBucketPolicy"],
        delete: &["s3:DeleteBucketPolicy"],
    };

    fn schema() -> Schema {
        Schema::new(0)
            .attr("bucket", string().required().force_new())
            .attr("id", string().optional().computed())
            .attr("policy", string().required().normal(Normal::Policy).check(validate::json))
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        _prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        one_by_one(ids, |id| async move {
            let found = live(client, id.as_str())
                .await?
                .map(|policy| Object::new().with("bucket", id.as_str()).with("id", id.as_str()).with("policy", policy));
            Ok(found.map_or(Found::Gone, Found::Object))
        })
        .await
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let id = part::id(want);
        put(cx.client, &id, want).await?;
        cx.created(&id);
        match live(cx.client, id.as_str()).await? {
            Some(_) => Ok(id),
            None => Err(part::late("policy")),
        }
    }

    async fn update(client: &Client, id: &RemoteId, _prior: &Object, want: &Object) -> Result<()> {
        put(client, id, want).await
    }

    async fn delete(client: &Client, id: &RemoteId, _prior: &Object) -> Result<()> {
        part::found(client.s3().delete_bucket_policy().bucket(id.as_str()).send().await).map(drop)
    }

    fn retries(operation: Operation, error: &Error) -> bool {
        part::retries(operation, error)
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        part::identity(want)
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let Some(id) = part::intended(&intent.identity) else { return Ok(None) };
        Ok(live(client, id.as_str()).await?.map(|_| id))
    }
}

/// The policy of a bucket; `None` where there is none, or no bucket.
pub async fn live(client: &Client, bucket: &str) -> Result<Option<String>> {
    let answer = part::found(client.s3().get_bucket_policy().bucket(bucket).send().await)?;
    Ok(answer.and_then(|a| a.policy).filter(|p| !p.is_empty()))
}

async fn put(client: &Client, id: &RemoteId, want: &Object) -> Result<()> {
    let policy = want.string("policy").unwrap_or_default();
    client.s3().put_bucket_policy().bucket(id.as_str()).policy(policy).send().await?;
    Ok(())
}
