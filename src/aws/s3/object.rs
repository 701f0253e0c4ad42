//! `aws_s3_object`, known as `bucket/key`. Its `id` is the key.

use std::collections::BTreeMap;

use aws_sdk_s3::operation::head_object::HeadObjectOutput;
use aws_sdk_s3::types::{ChecksumMode, ObjectLockLegalHoldStatus, ObjectLockMode, ServerSideEncryption, StorageClass};

use super::{object_delete, object_request, object_schema, part};
use crate::aws::gather::one_by_one;
use crate::aws::iam::timestamp;
use crate::aws::{Client, tags as all_tags};
use crate::provider::{
    Actions, CreateCx, Error, Found, Intent, Object, Operation, PlannedChange, RemoteId, ResourceType, Result,
};
use crate::schema::{Normal, Schema, normal};
use crate::value::{Type, Value};

/// The key that encrypts where the configuration names none.
const OWN_KEY: &str = "alias/aws/s3";

pub struct S3Object;

impl ResourceType for S3Object {
    type Client = Client;
    const NAME: &'static str = "aws_s3_object";
    const READ_BATCH: usize = 100;
    const UNIQUE: &'static [&'static str] = &["key", "bucket"];
    const ACTIONS: Actions = Actions {
        read: &["kms:DescribeKey", "s3:GetObject", "s3:GetObjectTagging"],
        create: &[
            "s3:PutObject",
            "s3:PutObjectAcl",
            "s3:PutObjectLegalHold",
            "s3:PutObjectRetention",
            "s3:PutObjectTagging",
        ],
        update: &[
            "s3:BypassGovernanceRetention",
            "s3:PutObject",
            "s3:PutObjectAcl",
            "s3:PutObjectLegalHold",
            "s3:PutObjectRetention",
            "s3:PutObjectTagging",
        ],
        delete: &[
            "s3:BypassGovernanceRetention",
            "s3:DeleteObject",
            "s3:DeleteObjectVersion",
            "s3:ListBucketVersions",
            "s3:PutObjectLegalHold",
        ],
    };

    fn schema() -> Schema {
        object_schema::schema()
    }

    fn remote_id(object: &Object) -> Option<RemoteId> {
        Some(format!("{}/{}", object.string("bucket")?, object.string("key")?).into())
    }

    fn customize_plan(change: &mut PlannedChange) {
        object_schema::check(change);
        object_schema::complete(change);
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        one_by_one(ids, |id| read_one(client, id, prior.get(id))).await
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        // Tells whether an object of this key is the one that was written, should the answer be lost.
        let content = object_request::content(want)?;
        let etag = content.map(|bytes| object_request::etag(&bytes));
        cx.client.told().keep(cx.token, Object::new().with("etag", etag));
        object_request::upload(cx.client, want).await?;
        let id = Self::remote_id(want).ok_or_else(|| Error::other("bucket and key must be set"))?;
        cx.created(&id);
        Ok(id)
    }

    async fn update(client: &Client, _id: &RemoteId, prior: &Object, want: &Object) -> Result<()> {
        let null = Value::null(Type::Dynamic);
        let differs = |name: &str| {
            let (a, b) = (prior.get(name).unwrap_or(&null), want.get(name).unwrap_or(&null));
            b.is_known() && !normal::equivalent(Normal::Exact, a, b)
        };
        if object_schema::WRITTEN.iter().any(|name| differs(name)) {
            return object_request::upload(client, want).await;
        }
        object_request::amend(client, prior, want).await
    }

    async fn delete(client: &Client, _id: &RemoteId, prior: &Object) -> Result<()> {
        let bucket = prior.str("bucket").unwrap_or_default();
        let versions = prior.string("version_id").is_some();
        let force = prior.bool("force_destroy") == Some(true);
        object_delete::delete(client, bucket, &object_request::key(prior), versions, force).await
    }

    fn retries(operation: Operation, error: &Error) -> bool {
        part::retries(operation, error)
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        ["bucket", "key"].into_iter().filter_map(|k| Some((k.to_owned(), want.string(k)?))).collect()
    }

    /// An object with other content was there before: it is written anew.
    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let (Some(bucket), Some(key)) = (intent.identity.get("bucket"), intent.identity.get("key")) else {
            return Ok(None);
        };
        let named = Object::new().with("key", key.as_str());
        let Some(head) = head(client, bucket, &object_request::key(&named)).await? else { return Ok(None) };
        let ours = match client.told().of(&intent.token) {
            Some(told) => told.string("etag").is_some_and(|etag| etag == of_head(&head)),
            None => true,
        };
        Ok(ours.then(|| format!("{bucket}/{key}").into()))
    }

    fn import_id(text: &str) -> Result<RemoteId> {
        let plain = text.strip_prefix("s3://").unwrap_or(text);
        match plain.split_once('/') {
            Some((bucket, key)) if !bucket.is_empty() && !key.is_empty() => Ok(plain.into()),
            _ => Err(Error::other(format!("unexpected id \"{text}\": expected bucket/key or s3://bucket/key"))),
        }
    }
}

async fn head(client: &Client, bucket: &str, key: &str) -> Result<Option<HeadObjectOutput>> {
    let call = client.s3().head_object().bucket(bucket).key(key).checksum_mode(ChecksumMode::Enabled);
    part::found(call.send().await)
}

fn of_head(head: &HeadObjectOutput) -> String {
    head.e_tag.as_deref().unwrap_or_default().trim_matches('"').to_owned()
}

async fn read_one(client: &Client, id: &RemoteId, known: Option<&Object>) -> Result<Found> {
    let (bucket, given) = id.pair('/')?;
    let key = object_request::key(&Object::new().with("key", given));
    let tags = async {
        let answer = part::found(client.s3().get_object_tagging().bucket(bucket).key(&key).send().await)?;
        Ok(answer.map(|a| a.tag_set.into_iter().map(|t| (t.key, t.value)).collect::<all_tags::Tags>()))
    };
    let (head, tags) = futures::try_join!(head(client, bucket, &key), tags)?;
    let Some(head) = head else { return Ok(Found::Gone) };
    let mut object = object(&head)
        .with("arn", format!("arn:{}:s3:::{bucket}/{key}", client.partition()))
        .with("bucket", bucket)
        .with("id", given)
        .with("key", given);
    if let Some(arn) = encrypting(client, &head, known).await? {
        object.set("kms_key_id", arn);
    }
    all_tags::set(&mut object, tags.unwrap_or_default());
    Ok(Found::Object(object))
}

/// The key that encrypts an object, unless it is the one of S3 and nobody has named it.
async fn encrypting(client: &Client, head: &HeadObjectOutput, known: Option<&Object>) -> Result<Option<String>> {
    let Some(arn) = head.ssekms_key_id.clone() else { return Ok(None) };
    if known.is_some_and(|known| known.has("kms_key_id")) {
        return Ok(Some(arn));
    }
    let own = client.once("s3 own key", || async {
        let answer = part::found(client.kms().describe_key().key_id(OWN_KEY).send().await)?;
        Ok(answer.and_then(|a| a.key_metadata).and_then(|key| key.arn))
    });
    Ok((own.await?.as_deref() != Some(arn.as_str())).then_some(arn))
}

fn object(head: &HeadObjectOutput) -> Object {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let metadata = head.metadata.iter().flatten().map(|(k, v)| (k.clone(), Value::from(v.as_str())));
    let retained = head.object_lock_retain_until_date.as_ref().and_then(timestamp);
    Object::new()
        .with("bucket_key_enabled", head.bucket_key_enabled.unwrap_or_default())
        .with("cache_control", text(&head.cache_control))
        .with("checksum_crc32", text(&head.checksum_crc32))
        .with("checksum_crc32c", text(&head.checksum_crc32_c))
        .with("checksum_crc64nvme", text(&head.checksum_crc64_nvme))
        .with("checksum_sha1", text(&head.checksum_sha1))
        .with("checksum_sha256", text(&head.checksum_sha256))
        .with("content_disposition", text(&head.content_disposition))
        .with("content_encoding", text(&head.content_encoding))
        .with("content_language", text(&head.content_language))
        .with("content_type", text(&head.content_type))
        .with("etag", of_head(head))
        .with("metadata", metadata.collect::<BTreeMap<_, _>>())
        .with(
            "object_lock_legal_hold_status",
            head.object_lock_legal_hold_status.as_ref().map_or("", ObjectLockLegalHoldStatus::as_str),
        )
        .with("object_lock_mode", head.object_lock_mode.as_ref().map_or("", ObjectLockMode::as_str))
        .with("object_lock_retain_until_date", retained.unwrap_or_default())
        .with("server_side_encryption", head.server_side_encryption.as_ref().map_or("", ServerSideEncryption::as_str))
        // AWS does not tell the class that objects have by default.
        .with("storage_class", head.storage_class.as_ref().map_or("STANDARD", StorageClass::as_str))
        .with("version_id", text(&head.version_id))
        .with("website_redirect", text(&head.website_redirect_location))
}
