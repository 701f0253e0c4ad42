//! Buckets as they are live.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_s3::types::{
    BucketVersioningStatus, Grant, MfaDeleteStatus, ObjectLockConfiguration, ObjectLockEnabled, Payer,
};

use super::{bucket_policy, bucket_tags, encryption, hosted_zones, part};
use crate::aws::{Client, name, tags};
use crate::provider::{Object, Result};
use crate::value::Value;

/// A bucket; `None` where there is none.
///
/// Settings that have types of their own, and that can be read by a call only, are left as they are where that cannot
/// change a plan.
pub async fn read(client: &Client, bucket: &str, prior: Option<&Object>) -> Result<Option<Object>> {
    let s3 = client.s3();
    let Some(head) = part::found(s3.head_bucket().bucket(bucket).send().await)? else { return Ok(None) };
    let region = head.bucket_region.unwrap_or_else(|| client.region().to_owned());
    let unset = |name: &str| prior.and_then(|p| p.get(name)).is_some_and(Value::is_zero);
    let all = client.is_thorough();
    let (acl, versioning, payment, rules, tags, policy, lock) = futures::try_join!(
        async { part::found(s3.get_bucket_acl().bucket(bucket).send().await) },
        async { part::found(s3.get_bucket_versioning().bucket(bucket).send().await) },
        async { part::found(s3.get_bucket_request_payment().bucket(bucket).send().await) },
        encryption::rules(client, bucket, None),
        bucket_tags::read(client, bucket),
        async { if all || !unset("policy") { Ok(Some(bucket_policy::live(client, bucket).await?)) } else { Ok(None) } },
        async {
            if !all && unset("object_lock_enabled") {
                return Ok(None);
            }
            locked(client, bucket).await
        },
    )?;
    let suffix = if client.partition() == "aws-cn" { "amazonaws.com.cn" } else { "amazonaws.com" };
    let versioning = versioning.map(|v| {
        Object::new()
            .with("enabled", v.status == Some(BucketVersioningStatus::Enabled))
            .with("mfa_delete", v.mfa_delete == Some(MfaDeleteStatus::Enabled))
    });
    let rules = encryption::objects(&rules.unwrap_or_default());
    let encryption = (!rules.is_empty()).then(|| Object::new().with("rule", rules));
    let payer = payment.and_then(|p| p.payer);
    let mut object = Object::new()
        .with("arn", format!("arn:{}:s3:::{bucket}", client.partition()))
        .with("bucket", bucket)
        .with("bucket_domain_name", format!("{bucket}.s3.{suffix}"))
        .with("bucket_prefix", name::prefix(bucket))
        .with("bucket_regional_domain_name", format!("{bucket}.s3.{region}.{suffix}"))
        .with("grant", grants(acl.as_ref().and_then(|a| a.grants.as_deref()).unwrap_or_default()))
        .with("hosted_zone_id", hosted_zones::of(&region))
        .with("id", bucket)
        .with("object_lock_configuration", lock.iter().map(lock_block).collect::<Vec<_>>())
        .with("object_lock_enabled", lock.is_some())
        .with("region", region)
        .with("request_payer", payer.as_ref().map_or("BucketOwner", Payer::as_str))
        .with("server_side_encryption_configuration", encryption.into_iter().collect::<Vec<_>>())
        .with("versioning", versioning.into_iter().collect::<Vec<_>>());
    if let Some(policy) = policy {
        object.set("policy", policy.unwrap_or_default());
    }
    if prior.is_none_or(|p| !p.has("acceleration_status")) {
        object.set("acceleration_status", "");
    }
    tags::set(&mut object, tags);
    Ok(Some(object))
}

/// How objects of the bucket are locked; `None` where they cannot be.
async fn locked(client: &Client, bucket: &str) -> Result<Option<ObjectLockConfiguration>> {
    let answer = part::found(client.s3().get_object_lock_configuration().bucket(bucket).send().await)?;
    let configuration = answer.and_then(|a| a.object_lock_configuration);
    Ok(configuration.filter(|c| c.object_lock_enabled == Some(ObjectLockEnabled::Enabled)))
}

fn lock_block(lock: &ObjectLockConfiguration) -> Object {
    let retention = lock.rule.as_ref().and_then(|rule| rule.default_retention.as_ref());
    let rule = retention.map(|r| {
        let retention = Object::new()
            .with("days", r.days.unwrap_or_default())
            .with("mode", r.mode.as_ref().map_or("", |m| m.as_str()))
            .with("years", r.years.unwrap_or_default());
        Object::new().with("default_retention", vec![retention])
    });
    Object::new()
        .with("object_lock_enabled", ObjectLockEnabled::Enabled.as_str())
        .with("rule", rule.into_iter().collect::<Vec<_>>())
}

/// One block for each grantee, with all that it may do.
fn grants(all: &[Grant]) -> Vec<Object> {
    let mut by_grantee: BTreeMap<(String, String, String), BTreeSet<String>> = BTreeMap::new();
    for grant in all {
        let Some(grantee) = &grant.grantee else { continue };
        let key = (
            grantee.r#type.as_str().to_owned(),
            grantee.id.clone().unwrap_or_default(),
            grantee.uri.clone().unwrap_or_default(),
        );
        by_grantee.entry(key).or_default().extend(grant.permission.as_ref().map(|p| p.as_str().to_owned()));
    }
    let block = |((kind, id, uri), permissions): ((String, String, String), BTreeSet<String>)| {
        let permissions: Vec<String> = permissions.into_iter().collect();
        Object::new().with("id", id).with("permissions", permissions).with("type", kind).with("uri", uri)
    };
    by_grantee.into_iter().map(block).collect()
}
