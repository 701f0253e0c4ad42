//! `aws_s3_bucket_server_side_encryption_configuration`

use std::collections::BTreeMap;

use aws_sdk_s3::types::{
    ServerSideEncryption, ServerSideEncryptionByDefault, ServerSideEncryptionConfiguration, ServerSideEncryptionRule,
};

use super::part;
use crate::aws::gather::one_by_one;
use crate::aws::{Client, validate};
use crate::provider::{Actions, CreateCx, Error, Found, Intent, Object, Operation, RemoteId, ResourceType, Result};
use crate::schema::{Block, Schema, boolean, list_block, set_block, string};
use crate::value::Value;

pub struct Encryption;

impl ResourceType for Encryption {
    type Client = Client;
    const NAME: &'static str = "aws_s3_bucket_server_side_encryption_configuration";
    const READ_BATCH: usize = 100;
    const ACTIONS: Actions = Actions {
        read: &["s3:GetEncryptionConfiguration"],
        create: &["s3:PutEncryptionConfiguration"],
        update: &["s3:PutEncryptionConfiguration"],
        delete: &["s3:PutEncryptionConfiguration"],
    };

    fn schema() -> Schema {
        let default = Block::new()
            .attr("kms_master_key_id", string().optional())
            .attr("sse_algorithm", string().required().check(algorithm));
        let rule = Block::new()
            .attr("bucket_key_enabled", boolean().optional())
            .block("apply_server_side_encryption_by_default", list_block(default).max(1));
        Schema::new(0)
            .attr("bucket", string().required().force_new())
            .attr("expected_bucket_owner", string().optional().force_new().check(validate::account))
            .attr("id", string().optional().computed())
            .block("rule", set_block(rule).min(1))
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        _prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        one_by_one(ids, |id| async move {
            let (bucket, owner) = part::parts(id);
            let rules = rules(client, bucket, owner).await?;
            Ok(rules.map_or(Found::Gone, |r| Found::Object(part::named(id).with("rule", objects(&r)))))
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

    /// The bucket goes back to the encryption that all buckets have.
    async fn delete(client: &Client, id: &RemoteId, _prior: &Object) -> Result<()> {
        let (bucket, owner) = part::parts(id);
        let call = client.s3().delete_bucket_encryption().bucket(bucket).set_expected_bucket_owner(owner);
        part::found(call.send().await).map(drop)
    }

    fn retries(operation: Operation, error: &Error) -> bool {
        part::retries(operation, error)
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        part::identity(want)
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let Some(id) = part::intended(&intent.identity) else { return Ok(None) };
        let (bucket, owner) = part::parts(&id);
        Ok(rules(client, bucket, owner).await?.map(|_| id.clone()))
    }
}

/// The rules of a bucket; `None` where there is no bucket.
pub async fn rules(
    client: &Client,
    bucket: &str,
    owner: Option<String>,
) -> Result<Option<Vec<ServerSideEncryptionRule>>> {
    let call = client.s3().get_bucket_encryption().bucket(bucket).set_expected_bucket_owner(owner);
    let answer = part::found(call.send().await)?;
    Ok(answer.and_then(|a| a.server_side_encryption_configuration).map(|c| c.rules).filter(|r| !r.is_empty()))
}

pub fn objects(rules: &[ServerSideEncryptionRule]) -> Vec<Object> {
    let rule = |rule: &ServerSideEncryptionRule| {
        let default = rule.apply_server_side_encryption_by_default.iter().map(|d| {
            Object::new()
                .with("kms_master_key_id", d.kms_master_key_id.clone().unwrap_or_default())
                .with("sse_algorithm", d.sse_algorithm.as_str())
        });
        Object::new()
            .with("apply_server_side_encryption_by_default", default.collect::<Vec<_>>())
            .with("bucket_key_enabled", rule.bucket_key_enabled.unwrap_or_default())
    };
    rules.iter().map(rule).collect()
}

async fn put(client: &Client, id: &RemoteId, want: &Object) -> Result<()> {
    let (bucket, owner) = part::parts(id);
    let rules: Result<Vec<_>> = want.objects("rule").iter().map(request).collect();
    let configuration = ServerSideEncryptionConfiguration::builder().set_rules(Some(rules?)).build();
    client
        .s3()
        .put_bucket_encryption()
        .bucket(bucket)
        .set_expected_bucket_owner(owner)
        .server_side_encryption_configuration(configuration.map_err(|e| Error::other(e.to_string()))?)
        .send()
        .await?;
    Ok(())
}

fn request(rule: &Object) -> Result<ServerSideEncryptionRule> {
    let default = rule.object("apply_server_side_encryption_by_default").map(|d| {
        ServerSideEncryptionByDefault::builder()
            .sse_algorithm(ServerSideEncryption::from(d.str("sse_algorithm").unwrap_or_default()))
            .set_kms_master_key_id(d.string("kms_master_key_id"))
            .build()
    });
    Ok(ServerSideEncryptionRule::builder()
        .set_apply_server_side_encryption_by_default(default.transpose().map_err(|e| Error::other(e.to_string()))?)
        .set_bucket_key_enabled(rule.bool("bucket_key_enabled"))
        .build())
}

fn algorithm(value: &Value) -> Result<(), String> {
    validate::one_of(value, &["AES256", "aws:fsx", "aws:kms", "aws:kms:dsse"])
}
