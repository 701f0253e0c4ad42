//! `aws_s3_bucket`

use std::collections::BTreeMap;

use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration};

use super::{bucket_name, bucket_objects, bucket_schema, bucket_state, bucket_tags, part};
use crate::aws::gather::one_by_one;
use crate::aws::{Client, name, tags as all_tags};
use crate::provider::{
    Actions, CreateCx, Error, Found, Intent, Object, Operation, PlannedChange, RemoteId, ResourceType, Result, Timeouts,
};
use crate::schema::Schema;
use crate::value::Value;

const PREFIX: &str = "terraform-";

/// The only region that is not named where a bucket is made.
const UNNAMED_REGION: &str = "us-east-1";

pub struct Bucket;

impl ResourceType for Bucket {
    type Client = Client;
    const NAME: &'static str = "aws_s3_bucket";
    const READ_BATCH: usize = 100;
    const UNIQUE: &'static [&'static str] = &["bucket"];
    const ACTIONS: Actions = Actions {
        read: &[
            "s3:GetBucketAcl",
            "s3:GetBucketObjectLockConfiguration",
            "s3:GetBucketPolicy",
            "s3:GetBucketRequestPayment",
            "s3:GetBucketTagging",
            "s3:GetBucketVersioning",
            "s3:GetEncryptionConfiguration",
            "s3:ListBucket",
        ],
        create: &[
            "s3:CreateBucket",
            "s3:GetBucketTagging",
            "s3:PutBucketObjectLockConfiguration",
            "s3:PutBucketTagging",
        ],
        update: &["s3:GetBucketTagging", "s3:PutBucketTagging"],
        delete: &["s3:DeleteBucket", "s3:DeleteObject", "s3:DeleteObjectVersion", "s3:ListBucketVersions"],
    };

    fn schema() -> Schema {
        bucket_schema::schema()
    }

    fn customize_plan(change: &mut PlannedChange) {
        if change.configured("bucket") && change.configured("bucket_prefix") {
            change.error("bucket_prefix", "bucket and bucket_prefix exclude each other.");
        }
        for (name, kind) in bucket_schema::MOVED {
            if change.config.get(name).is_some_and(|v| !v.is_null() && !v.is_zero()) {
                change.error(
                    name,
                    format!(
                        "kiban reads {name} of a bucket and does not write it. Move it to a resource of type {kind}."
                    ),
                );
            }
        }
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        one_by_one(ids, |id| async move {
            let prior = prior.get(id).filter(|p| !p.0.is_empty());
            let found = bucket_state::read(client, id.as_str(), prior).await?;
            Ok(found.map_or(Found::Gone, Found::Object))
        })
        .await
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let bucket = name::of(&named(want), cx.token, PREFIX);
        let region = cx.client.region();
        let place = (region != UNNAMED_REGION).then(|| {
            let place = BucketLocationConstraint::from(region);
            CreateBucketConfiguration::builder().location_constraint(place).build()
        });
        cx.client
            .s3()
            .create_bucket()
            .bucket(&bucket)
            .set_create_bucket_configuration(place)
            .set_object_lock_enabled_for_bucket(want.bool("object_lock_enabled").filter(|on| *on))
            .send()
            .await?;
        let id = RemoteId::from(bucket);
        cx.created(&id);
        if !all_tags::wanted(want).is_empty() {
            bucket_tags::put(cx.client, id.as_str(), want).await?;
        }
        Ok(id)
    }

    async fn update(client: &Client, id: &RemoteId, prior: &Object, want: &Object) -> Result<()> {
        if all_tags::wanted(prior) == all_tags::wanted(want) {
            return Ok(());
        }
        bucket_tags::put(client, id.as_str(), want).await
    }

    async fn delete(client: &Client, id: &RemoteId, prior: &Object) -> Result<()> {
        if prior.bool("force_destroy") == Some(true) {
            let locked = prior.bool("object_lock_enabled") == Some(true);
            if let Err(e) = bucket_objects::delete_all(client, id.as_str(), locked).await {
                return e.unless_not_found();
            }
        }
        match client.s3().delete_bucket().bucket(id.as_str()).send().await.map_err(Error::from) {
            Ok(_) => Ok(()),
            Err(e) if e.has_code("BucketNotEmpty") => Err(e.hint(
                "The bucket holds objects that this configuration does not manage. Delete them, or set force_destroy \
                 to true and apply before destroying.",
            )),
            Err(e) => e.unless_not_found(),
        }
    }

    fn retries(operation: Operation, error: &Error) -> bool {
        part::retries(operation, error)
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        name::identity(&named(want))
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let bucket = name::of_intent(intent, PREFIX);
        let there = part::found(client.s3().head_bucket().bucket(&bucket).send().await)?;
        Ok(there.map(|_| bucket.into()))
    }

    fn timeouts() -> Timeouts {
        Timeouts::minutes(20, 20, 60)
    }

    fn import_id(text: &str) -> Result<RemoteId> {
        bucket_name::prefix(&Value::from(text)).map_err(Error::other)?;
        Ok(text.into())
    }
}

/// A bucket with its name under the names that others have for it.
fn named(want: &Object) -> Object {
    let pairs = [("name", "bucket"), ("name_prefix", "bucket_prefix")].into_iter();
    pairs.filter_map(|(to, from)| Some((to, want.string(from)?))).fold(Object::new(), |o, (k, v)| o.with(k, v))
}
