//! `aws_s3_bucket_public_access_block`

use std::collections::BTreeMap;

use aws_sdk_s3::types::PublicAccessBlockConfiguration;

use super::part;
use crate::aws::Client;
use crate::aws::gather::one_by_one;
use crate::provider::{Actions, CreateCx, Error, Found, Intent, Object, Operation, RemoteId, ResourceType, Result};
use crate::schema::{Schema, boolean, string};

pub struct PublicAccessBlock;

impl ResourceType for PublicAccessBlock {
    type Client = Client;
    const NAME: &'static str = "aws_s3_bucket_public_access_block";
    const READ_BATCH: usize = 100;
    const ACTIONS: Actions = Actions {
        read: &["s3:GetBucketPublicAccessBlock"],
        create: &["s3:GetBucketPublicAccessBlock", "s3:PutBucketPublicAccessBlock"],
        update: &["s3:GetBucketPublicAccessBlock", "s3:PutBucketPublicAccessBlock"],
        delete: &["s3:PutBucketPublicAccessBlock"],
    };

    fn schema() -> Schema {
        let switch = || boolean().optional().default(false);
        Schema::new(0)
            .attr("block_public_acls", switch())
            .attr("block_public_policy", switch())
            .attr("bucket", string().required().force_new())
            .attr("id", string().optional().computed())
            .attr("ignore_public_acls", switch())
            .attr("restrict_public_buckets", switch())
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        _prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        one_by_one(ids, |id| async move {
            let found = live(client, id).await?.map(|live| {
                Object::new()
                    .with("block_public_acls", live.block_public_acls.unwrap_or_default())
                    .with("block_public_policy", live.block_public_policy.unwrap_or_default())
                    .with("bucket", id.as_str())
                    .with("id", id.as_str())
                    .with("ignore_public_acls", live.ignore_public_acls.unwrap_or_default())
                    .with("restrict_public_buckets", live.restrict_public_buckets.unwrap_or_default())
            });
            Ok(found.map_or(Found::Gone, Found::Object))
        })
        .await
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let id = part::id(want);
        let wanted = put(cx.client, &id, want).await?;
        cx.created(&id);
        arrived(cx.client, &id, &wanted).await?;
        Ok(id)
    }

    async fn update(client: &Client, id: &RemoteId, _prior: &Object, want: &Object) -> Result<()> {
        let wanted = put(client, id, want).await?;
        arrived(client, id, &wanted).await
    }

    async fn delete(client: &Client, id: &RemoteId, _prior: &Object) -> Result<()> {
        part::found(client.s3().delete_public_access_block().bucket(id.as_str()).send().await).map(drop)
    }

    fn retries(operation: Operation, error: &Error) -> bool {
        part::retries(operation, error)
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        part::identity(want)
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let Some(id) = part::intended(&intent.identity) else { return Ok(None) };
        Ok(live(client, &id).await?.map(|_| id))
    }
}

async fn live(client: &Client, id: &RemoteId) -> Result<Option<PublicAccessBlockConfiguration>> {
    let answer = part::found(client.s3().get_public_access_block().bucket(id.as_str()).send().await)?;
    Ok(answer.and_then(|a| a.public_access_block_configuration))
}

async fn put(client: &Client, id: &RemoteId, want: &Object) -> Result<PublicAccessBlockConfiguration> {
    let on = |name: &str| want.bool(name).unwrap_or_default();
    let wanted = PublicAccessBlockConfiguration::builder()
        .block_public_acls(on("block_public_acls"))
        .block_public_policy(on("block_public_policy"))
        .ignore_public_acls(on("ignore_public_acls"))
        .restrict_public_buckets(on("restrict_public_buckets"))
        .build();
    let call = client.s3().put_public_access_block().bucket(id.as_str());
    call.public_access_block_configuration(wanted.clone()).send().await?;
    Ok(wanted)
}

async fn arrived(client: &Client, id: &RemoteId, wanted: &PublicAccessBlockConfiguration) -> Result<()> {
    if live(client, id).await?.as_ref() == Some(wanted) { Ok(()) } else { Err(part::late("public access block")) }
}
