//! `aws_s3_bucket_versioning`

use std::collections::BTreeMap;

use aws_sdk_s3::types::{BucketVersioningStatus, MfaDelete, MfaDeleteStatus, VersioningConfiguration};

use super::part;
use crate::aws::gather::one_by_one;
use crate::aws::{Client, validate};
use crate::provider::{
    Actions, CreateCx, Error, Found, Intent, Object, Operation, PlannedChange, RemoteId, ResourceType, Result,
};
use crate::schema::{Block, Schema, list_block, string};
use crate::value::Value;

/// The status of a bucket whose versioning was never set; AWS has no word for it.
const NEVER: &str = "Disabled";

pub struct Versioning;

impl ResourceType for Versioning {
    type Client = Client;
    const NAME: &'static str = "aws_s3_bucket_versioning";
    const READ_BATCH: usize = 100;
    const ACTIONS: Actions = Actions {
        read: &["s3:GetBucketVersioning"],
        create: &["s3:GetBucketVersioning", "s3:PutBucketVersioning"],
        update: &["s3:GetBucketVersioning", "s3:PutBucketVersioning"],
        delete: &["s3:PutBucketVersioning"],
    };

    fn schema() -> Schema {
        let configuration = Block::new()
            .attr("mfa_delete", string().optional().computed().check(mfa_delete))
            .attr("status", string().required().check(status));
        Schema::new(0)
            .attr("bucket", string().required().force_new())
            .attr("expected_bucket_owner", string().optional().force_new().check(validate::account))
            .attr("id", string().optional().computed())
            .attr("mfa", string().optional())
            .block("versioning_configuration", list_block(configuration).min(1).max(1))
    }

    fn customize_plan(change: &mut PlannedChange) {
        let (Some(prior), Some(planned)) = (change.prior.as_ref().and_then(configured), configured(&change.planned))
        else {
            return;
        };
        if planned.str("status") == Some(NEVER) && prior.str("status").is_some_and(|s| s != NEVER) {
            change.error(
                "versioning_configuration",
                "Versioning that was ever enabled can be suspended, and not be disabled again.",
            );
        }
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        one_by_one(ids, |id| async move {
            let found = live(client, id).await?;
            let mfa = prior.get(id).and_then(|p| p.string("mfa"));
            Ok(found.map_or(Found::Gone, |block| object(id, block, mfa)))
        })
        .await
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let id = part::id(want);
        let wanted = configured(want).unwrap_or_default();
        if wanted.str("status") == Some(NEVER) {
            cx.created(&id);
            return Ok(id);
        }
        put(cx.client, &id, want, &wanted).await?;
        cx.created(&id);
        arrived(cx.client, &id, &wanted).await?;
        Ok(id)
    }

    async fn update(client: &Client, id: &RemoteId, _prior: &Object, want: &Object) -> Result<()> {
        let wanted = configured(want).unwrap_or_default();
        if wanted.str("status") == Some(NEVER) {
            return Ok(());
        }
        put(client, id, want, &wanted).await?;
        arrived(client, id, &wanted).await
    }

    /// Versioning cannot be taken away: it is suspended.
    async fn delete(client: &Client, id: &RemoteId, prior: &Object) -> Result<()> {
        let held = configured(prior).unwrap_or_default();
        if held.str("status") == Some(NEVER) {
            return Ok(());
        }
        match put(client, id, prior, &held.with("status", BucketVersioningStatus::Suspended.as_str())).await {
            Err(e) => e.unless_not_found(),
            ok => ok,
        }
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

fn configured(object: &Object) -> Option<Object> {
    object.object("versioning_configuration")
}

async fn live(client: &Client, id: &RemoteId) -> Result<Option<Object>> {
    let (bucket, owner) = part::parts(id);
    let call = client.s3().get_bucket_versioning().bucket(bucket).set_expected_bucket_owner(owner);
    let answer = part::found(call.send().await)?;
    Ok(answer.map(|live| {
        Object::new()
            .with("mfa_delete", live.mfa_delete.as_ref().map_or("", MfaDeleteStatus::as_str))
            .with("status", live.status.as_ref().map_or(NEVER, BucketVersioningStatus::as_str))
    }))
}

fn object(id: &RemoteId, block: Object, mfa: Option<String>) -> Found {
    let object = part::named(id).with("versioning_configuration", vec![block]);
    Found::Object(match mfa {
        Some(mfa) => object.with("mfa", mfa),
        None => object,
    })
}

async fn put(client: &Client, id: &RemoteId, want: &Object, wanted: &Object) -> Result<()> {
    let (bucket, owner) = part::parts(id);
    let configuration = VersioningConfiguration::builder()
        .set_status(wanted.str("status").map(BucketVersioningStatus::from))
        .set_mfa_delete(wanted.string("mfa_delete").map(|text| MfaDelete::from(text.as_str())))
        .build();
    client
        .s3()
        .put_bucket_versioning()
        .bucket(bucket)
        .set_expected_bucket_owner(owner)
        .set_mfa(want.string("mfa"))
        .versioning_configuration(configuration)
        .send()
        .await?;
    Ok(())
}

async fn arrived(client: &Client, id: &RemoteId, wanted: &Object) -> Result<()> {
    let live = live(client, id).await?.unwrap_or_default();
    if live.str("status") == wanted.str("status") { Ok(()) } else { Err(part::late("versioning")) }
}

fn status(value: &Value) -> Result<(), String> {
    validate::one_of(value, &["Enabled", "Suspended", NEVER])
}

fn mfa_delete(value: &Value) -> Result<(), String> {
    validate::one_of(value, &["Enabled", "Disabled"])
}
