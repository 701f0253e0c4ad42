//! `aws_kms_key_policy`. Its id is that of the key as it is configured.

use std::collections::BTreeMap;

use aws_sdk_kms::types::KeyState;
use serde_json::json;

use crate::aws::gather::one_by_one;
use crate::aws::{Client, validate};
use crate::provider::{
    Actions, CreateCx, Error, ErrorKind, Found, Intent, Object, Operation, RemoteId, ResourceType, Result, Timeouts,
};
use crate::schema::{Normal, Schema, boolean, string};

/// The only name a key policy can have.
const POLICY: &str = "default";

pub struct KeyPolicy;

impl ResourceType for KeyPolicy {
    type Client = Client;
    const NAME: &'static str = "aws_kms_key_policy";
    const READ_BATCH: usize = 100;
    const ACTIONS: Actions = Actions {
        read: &["kms:DescribeKey", "kms:GetKeyPolicy"],
        create: &["kms:PutKeyPolicy"],
        update: &["kms:PutKeyPolicy"],
        delete: &["kms:PutKeyPolicy"],
    };

    fn schema() -> Schema {
        Schema::new(0)
            .attr("bypass_policy_lockout_safety_check", boolean().optional().default(false))
            .attr("id", string().optional().computed())
            .attr("key_id", string().required().force_new())
            .attr("policy", string().required().normal(Normal::Policy).check(validate::json))
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        _prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        one_by_one(ids, |id| async move {
            let policy = get(client, id.as_str()).await?;
            let object = |policy: String| {
                Object::new().with("id", id.as_str()).with("key_id", id.as_str()).with("policy", policy)
            };
            Ok(policy.map_or(Found::Gone, |p| Found::Object(object(p))))
        })
        .await
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let id = RemoteId::from(want.string("key_id").unwrap_or_default());
        put(cx.client, &id, want.string("policy").unwrap_or_default(), want).await?;
        cx.created(&id);
        Ok(id)
    }

    async fn update(client: &Client, id: &RemoteId, prior: &Object, want: &Object) -> Result<()> {
        match want.string("policy").filter(|p| prior.str("policy") != Some(p)) {
            Some(policy) => put(client, id, policy, want).await,
            None => Ok(()),
        }
    }

    /// A key is never without a policy: the one that AWS gives new keys comes back.
    async fn delete(client: &Client, id: &RemoteId, prior: &Object) -> Result<()> {
        let root = format!("arn:{}:iam::{}:root", client.partition(), client.account().await?);
        let policy = json!({
            "Id": "key-default-1",
            "Version": "2012-10-17",
            "Statement": [{
                "Sid": "Enable IAM User Permissions",
                "Effect": "Allow",
                "Principal": { "AWS": root },
                "Action": "kms:*",
                "Resource": "*",
            }],
        });
        match put(client, id, policy.to_string(), prior).await {
            Err(e) if e.has_code("KMSInvalidStateException") => Ok(()),
            Err(e) => e.unless_not_found(),
            Ok(()) => Ok(()),
        }
    }

    /// A role that was just made is not known to KMS at once.
    fn retries(_operation: Operation, error: &Error) -> bool {
        matches!(error.kind, ErrorKind::InUse | ErrorKind::NotYet)
            || error.has_code("MalformedPolicyDocumentException") && error.message.contains("invalid principals")
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        want.string("key_id").map(|id| ("key_id".to_owned(), id)).into_iter().collect()
    }

    /// Every key has a policy: whose it is does not show, and to write it again does no harm.
    async fn find(_client: &Client, _intent: &Intent) -> Result<Option<RemoteId>> {
        Ok(None)
    }

    fn timeouts() -> Timeouts {
        Timeouts::minutes(2, 2, 2)
    }
}

async fn get(client: &Client, id: &str) -> Result<Option<String>> {
    let key = match client.kms().describe_key().key_id(id).send().await {
        Ok(answer) => answer.key_metadata,
        Err(e) => return Error::from(e).unless_not_found().map(|()| None),
    };
    let leaving = |s: &KeyState| matches!(s, KeyState::PendingDeletion | KeyState::PendingReplicaDeletion);
    if key.is_none_or(|k| k.key_state.as_ref().is_some_and(leaving)) {
        return Ok(None);
    }
    match client.kms().get_key_policy().key_id(id).policy_name(POLICY).send().await {
        Ok(answer) => Ok(answer.policy),
        Err(e) => Error::from(e).unless_not_found().map(|()| None),
    }
}

async fn put(client: &Client, id: &RemoteId, policy: String, object: &Object) -> Result<()> {
    client
        .kms()
        .put_key_policy()
        .key_id(id.as_str())
        .policy_name(POLICY)
        .policy(policy)
        .set_bypass_policy_lockout_safety_check(object.bool("bypass_policy_lockout_safety_check"))
        .send()
        .await?;
    Ok(())
}
