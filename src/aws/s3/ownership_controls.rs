//! `aws_s3_bucket_ownership_controls`

use std::collections::BTreeMap;

use aws_sdk_s3::types::{ObjectOwnership, OwnershipControls as Controls, OwnershipControlsRule};

use super::part;
use crate::aws::gather::one_by_one;
use crate::aws::{Client, validate};
use crate::provider::{Actions, CreateCx, Error, Found, Intent, Object, Operation, RemoteId, ResourceType, Result};
use crate::schema::{Block, Schema, list_block, string};
use crate::value::Value;

pub struct OwnershipControls;

impl ResourceType for OwnershipControls {
    type Client = Client;
    const NAME: &'static str = "aws_s3_bucket_ownership_controls";
    const READ_BATCH: usize = 100;
    const ACTIONS: Actions = Actions {
        read: &["s3:GetBucketOwnershipControls"],
        create: &["s3:PutBucketOwnershipControls"],
        update: &["s3:PutBucketOwnershipControls"],
        delete: &["s3:PutBucketOwnershipControls"],
    };

    fn schema() -> Schema {
        let rule = Block::new().attr("object_ownership", string().required().check(ownership));
        Schema::new(0)
            .attr("bucket", string().required().force_new())
            .attr("id", string().optional().computed())
            .block("rule", list_block(rule).min(1).max(1))
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        _prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        one_by_one(ids, |id| async move {
            let found = live(client, id).await?.map(|controls| {
                let rules = controls.rules.iter();
                let rules = rules.map(|r| Object::new().with("object_ownership", r.object_ownership.as_str()));
                Object::new()
                    .with("bucket", id.as_str())
                    .with("id", id.as_str())
                    .with("rule", rules.collect::<Vec<_>>())
            });
            Ok(found.map_or(Found::Gone, Found::Object))
        })
        .await
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let id = part::id(want);
        put(cx.client, &id, want).await?;
        cx.created(&id);
        Ok(id)
    }

    async fn update(client: &Client, id: &RemoteId, _prior: &Object, want: &Object) -> Result<()> {
        put(client, id, want).await
    }

    async fn delete(client: &Client, id: &RemoteId, _prior: &Object) -> Result<()> {
        part::found(client.s3().delete_bucket_ownership_controls().bucket(id.as_str()).send().await).map(drop)
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

async fn live(client: &Client, id: &RemoteId) -> Result<Option<Controls>> {
    let answer = part::found(client.s3().get_bucket_ownership_controls().bucket(id.as_str()).send().await)?;
    Ok(answer.and_then(|a| a.ownership_controls))
}

async fn put(client: &Client, id: &RemoteId, want: &Object) -> Result<()> {
    let ownership = want.object("rule").and_then(|r| r.string("object_ownership")).unwrap_or_default();
    let rule = OwnershipControlsRule::builder().object_ownership(ObjectOwnership::from(ownership.as_str())).build();
    let controls = rule.and_then(|rule| Controls::builder().rules(rule).build());
    let controls = controls.map_err(|e| Error::other(e.to_string()))?;
    client.s3().put_bucket_ownership_controls().bucket(id.as_str()).ownership_controls(controls).send().await?;
    Ok(())
}

fn ownership(value: &Value) -> Result<(), String> {
    validate::one_of(value, &["BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter"])
}
