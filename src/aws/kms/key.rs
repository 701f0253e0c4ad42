//! `aws_kms_key`

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_kms::types::{KeyMetadata, KeySpec, KeyState, KeyUsageType, OriginType};

use super::{alias, tags};
use crate::aws::gather::gather;
use crate::aws::{Client, tags as all_tags, validate};
use crate::provider::{
    Actions, CreateCx, Error, ErrorKind, Found, Intent, Object, Operation, PlannedChange, Readiness, RemoteId,
    ResourceType, Result, Timeouts,
};
use crate::schema::{Normal, Schema, boolean, number, string};
use crate::value::Value;

/// The only name a key policy can have.
const POLICY: &str = "default";

pub struct Key;

impl ResourceType for Key {
    type Client = Client;
    const NAME: &'static str = "aws_kms_key";
    const READ_BATCH: usize = 100;
    const ACTIONS: Actions = Actions {
        read: &["kms:DescribeKey", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:ListResourceTags"],
        create: &[
            "kms:CreateKey",
            "kms:DisableKey",
            "kms:EnableKeyRotation",
            "kms:ListAliases",
            "kms:ListKeys",
            "kms:TagResource",
            "kms:UntagResource",
        ],
        update: &[
            "kms:DisableKey",
            "kms:DisableKeyRotation",
            "kms:EnableKey",
            "kms:EnableKeyRotation",
            "kms:PutKeyPolicy",
            "kms:TagResource",
            "kms:UntagResource",
            "kms:UpdateKeyDescription",
        ],
        delete: &["kms:ScheduleKeyDeletion"],
    };

    fn schema() -> Schema {
        Schema::new(0)
            .attr("arn", string().computed())
            .attr("bypass_policy_lockout_safety_check", boolean().optional().default(false))
            .attr("custom_key_store_id", string().optional().force_new())
            .attr("customer_master_key_spec", string().optional().force_new().default("SYMMETRIC_DEFAULT"))
            .attr("deletion_window_in_days", number().optional().check(deletion_window))
            .attr("description", string().optional().computed())
            .attr("enable_key_rotation", boolean().optional().default(false))
            .attr("id", string().optional().computed())
            .attr("is_enabled", boolean().optional().default(true))
            .attr("key_id", string().computed())
            .attr("key_usage", string().optional().force_new().default("ENCRYPT_DECRYPT").check(usage))
            .attr("multi_region", boolean().optional().computed().force_new())
            .attr("policy", string().optional().computed().normal(Normal::Policy).check(validate::json))
            .attr("rotation_period_in_days", number().optional().computed().check(rotation_period))
            .attr("xks_key_id", string().optional().force_new())
            .tags()
            .timeouts(&["create"])
    }

    fn customize_plan(change: &mut PlannedChange) {
        if change.configured("xks_key_id") && !change.configured("custom_key_store_id") {
            change.error("xks_key_id", "A key of an external key store needs custom_key_store_id too.");
        }
        if change.configured("rotation_period_in_days") && !change.configured("enable_key_rotation") {
            change.error("rotation_period_in_days", "A rotation period needs enable_key_rotation too.");
        }
        let rotates = change.planned.bool("enable_key_rotation") == Some(true);
        if !change.is_create() && rotates && change.changes("enable_key_rotation") {
            change.set_unknown("rotation_period_in_days");
        }
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let none = &Object::new();
        let reads = ids.iter().map(|id| async move {
            match read_one(client, id.as_str(), prior.get(id).unwrap_or(none)).await {
                Ok(found) => Ok((id.clone(), found)),
                Err(e) => e.unless_not_found().map(|()| (id.clone(), Found::Gone)),
            }
        });
        Ok(gather(reads.collect()).await?.into_iter().collect())
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let store = want.string("custom_key_store_id");
        let external = want.string("xks_key_id");
        let origin = match (&external, &store) {
            (Some(_), _) => Some(OriginType::ExternalKeyStore),
            (_, Some(_)) => Some(OriginType::AwsCloudhsm),
            _ => None,
        };
        let answer = cx
            .client
            .kms()
            .create_key()
            .set_bypass_policy_lockout_safety_check(want.bool("bypass_policy_lockout_safety_check"))
            .set_custom_key_store_id(store)
            .set_description(want.string("description"))
            .set_key_spec(want.str("customer_master_key_spec").map(KeySpec::from))
            .set_key_usage(want.str("key_usage").map(KeyUsageType::from))
            .set_multi_region(want.bool("multi_region"))
            .set_origin(origin)
            .set_policy(want.string("policy"))
            .set_xks_key_id(external)
            .set_tags(Some(tags::with_token(want, cx.token)?))
            .send()
            .await?;
        let id = answer.key_metadata.ok_or_else(|| Error::other("the answer names no key"))?.key_id;
        cx.created(&id.as_str().into());
        tags::remove_token(cx.client, &id).await?;
        if want.bool("enable_key_rotation") == Some(true) {
            rotate(cx.client, &id, want).await?;
        }
        if want.bool("is_enabled") == Some(false) {
            cx.client.kms().disable_key().key_id(&id).send().await?;
        }
        Ok(id.into())
    }

    async fn update(client: &Client, id: &RemoteId, prior: &Object, want: &Object) -> Result<()> {
        let (id, kms) = (id.as_str(), client.kms());
        let enabled = |o: &Object| o.bool("is_enabled").unwrap_or(true);
        let rotates = |o: &Object| o.bool("enable_key_rotation").unwrap_or_default();
        // A disabled key cannot be changed.
        if enabled(want) && !enabled(prior) {
            kms.enable_key().key_id(id).send().await?;
        }
        let period = want.i64("rotation_period_in_days");
        if rotates(want) && (!rotates(prior) || period.is_some() && period != prior.i64("rotation_period_in_days")) {
            rotate(client, id, want).await?;
        } else if !rotates(want) && rotates(prior) {
            kms.disable_key_rotation().key_id(id).send().await?;
        }
        if prior.string("description") != want.string("description") {
            let text = want.str("description").unwrap_or_default();
            kms.update_key_description().key_id(id).description(text).send().await?;
        }
        if let Some(policy) = want.string("policy").filter(|p| prior.str("policy") != Some(p)) {
            kms.put_key_policy()
                .key_id(id)
                .policy_name(POLICY)
                .policy(policy)
                .set_bypass_policy_lockout_safety_check(want.bool("bypass_policy_lockout_safety_check"))
                .send()
                .await?;
        }
        tags::update(client, id, prior, want).await?;
        if !enabled(want) && enabled(prior) {
            kms.disable_key().key_id(id).send().await?;
        }
        Ok(())
    }

    async fn delete(client: &Client, id: &RemoteId, prior: &Object) -> Result<()> {
        let call = client.kms().schedule_key_deletion().key_id(id.as_str());
        let call = call.set_pending_window_in_days(prior.i32("deletion_window_in_days").filter(|days| *days > 0));
        match call.send().await.map_err(Error::from) {
            Ok(_) => Ok(()),
            Err(e) if e.has_code("KMSInvalidStateException") && e.message.contains("pending") => Ok(()),
            Err(e) => e.unless_not_found(),
        }
    }

    fn readiness(object: &Object) -> Readiness {
        match object.str("_state") {
            Some(state @ ("Creating" | "Updating")) => Readiness::Pending(state.to_owned()),
            Some(state @ "Unavailable") => Readiness::Failed(format!("the key is in state \"{state}\"")),
            _ => Readiness::Ready,
        }
    }

    fn retries(_operation: Operation, error: &Error) -> bool {
        // A role that was just made is not known to KMS at once.
        matches!(error.kind, ErrorKind::InUse | ErrorKind::NotYet)
            || error.has_code("MalformedPolicyDocumentException") && error.message.contains("invalid principals")
    }

    fn identity(_want: &Object) -> BTreeMap<String, String> {
        BTreeMap::new()
    }

    /// Keys are found by the token tag alone. A key has no alias before its creation is over, so all that have one
    /// are passed over.
    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let aliases = alias::list(client).await?;
        let aliased: BTreeSet<&str> = aliases.iter().filter_map(|a| a.target_key_id.as_deref()).collect();
        let mut keys = Vec::new();
        let mut pages = client.kms().list_keys().limit(1000).into_paginator().send();
        while let Some(page) = pages.next().await {
            keys.extend(page?.keys.unwrap_or_default().into_iter().filter_map(|k| k.key_id));
        }
        let keys = keys.into_iter().filter(|id| !aliased.contains(id.as_str()));
        let reads = keys.map(|id| async move {
            let ours = match tags::read(client, &id).await {
                Ok(tags) => tags.iter().any(|(k, v)| k == all_tags::TOKEN && *v == intent.token),
                // Keys of others, whose policy keeps their tags to themselves.
                Err(e) if matches!(e.kind, ErrorKind::Denied | ErrorKind::NotFound) => false,
                Err(e) => return Err(e),
            };
            Ok(ours.then_some(id))
        });
        Ok(gather(reads.collect()).await?.into_iter().flatten().next().map(RemoteId::from))
    }

    async fn reclaim(client: &Client, id: &RemoteId) -> Result<()> {
        tags::remove_token(client, id.as_str()).await
    }

    fn timeouts() -> Timeouts {
        Timeouts::minutes(2, 10, 20)
    }

    fn import_id(text: &str) -> Result<RemoteId> {
        Ok(alias::key_id(text).into())
    }
}

async fn read_one(client: &Client, id: &str, prior: &Object) -> Result<Found> {
    let kms = client.kms();
    let answer = kms.describe_key().key_id(id).send().await?;
    let key = answer.key_metadata.ok_or_else(|| Error::other("the answer describes no key"))?;
    if matches!(key.key_state, Some(KeyState::PendingDeletion | KeyState::PendingReplicaDeletion)) {
        return Ok(Found::Gone);
    }
    let (policy, live_tags, rotation) = futures::try_join!(
        async { Ok(kms.get_key_policy().key_id(id).policy_name(POLICY).send().await?.policy) },
        tags::read(client, id),
        rotation(client, &key),
    )?;
    let mut object = Object::new()
        .with("arn", key.arn)
        .with("custom_key_store_id", key.custom_key_store_id.unwrap_or_default())
        .with("customer_master_key_spec", key.key_spec.as_ref().map(KeySpec::as_str))
        .with("description", key.description.unwrap_or_default())
        .with("id", key.key_id.as_str())
        .with("is_enabled", key.enabled)
        .with("key_id", key.key_id.as_str())
        .with("key_usage", key.key_usage.as_ref().map(KeyUsageType::as_str))
        .with("multi_region", key.multi_region.unwrap_or_default())
        .with("policy", policy)
        .with("xks_key_id", key.xks_key_configuration.and_then(|x| x.id).unwrap_or_default())
        .with("_state", key.key_state.as_ref().map(KeyState::as_str));
    let (rotates, period) = rotation.unwrap_or_default();
    object.set("enable_key_rotation", rotates);
    // A key that does not rotate has no period; that of the configuration stays as it is.
    if period.is_some() || !prior.has("rotation_period_in_days") {
        object.set("rotation_period_in_days", period.unwrap_or_default());
    }
    all_tags::set(&mut object, live_tags);
    Ok(Found::Object(object))
}

/// Whether the key rotates, and how often. Only symmetric keys whose material is of AWS can.
async fn rotation(client: &Client, key: &KeyMetadata) -> Result<Option<(bool, Option<i32>)>> {
    if key.origin != Some(OriginType::AwsKms) || key.key_spec != Some(KeySpec::SymmetricDefault) {
        return Ok(None);
    }
    let answer = client.kms().get_key_rotation_status().key_id(&key.key_id).send().await?;
    Ok(Some((answer.key_rotation_enabled, answer.rotation_period_in_days)))
}

async fn rotate(client: &Client, id: &str, want: &Object) -> Result<()> {
    let days = want.i32("rotation_period_in_days").filter(|days| *days > 0);
    client.kms().enable_key_rotation().key_id(id).set_rotation_period_in_days(days).send().await?;
    Ok(())
}

fn deletion_window(value: &Value) -> Result<(), String> {
    validate::between(value, 7, 30)
}

fn rotation_period(value: &Value) -> Result<(), String> {
    validate::between(value, 90, 2560)
}

fn usage(value: &Value) -> Result<(), String> {
    validate::one_of(value, &["ENCRYPT_DECRYPT", "SIGN_VERIFY", "GENERATE_VERIFY_MAC", "KEY_AGREEMENT"])
}
