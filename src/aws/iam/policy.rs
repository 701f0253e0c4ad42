//! `aws_iam_policy`: a customer managed policy. Its id is its ARN.

use std::collections::BTreeMap;

use aws_sdk_iam::types::ManagedPolicyDetail;

use super::{naming, read, tags};
use crate::aws::error::deleted;
use crate::aws::gather::gather;
use crate::aws::policy::decode_document;
use crate::aws::{Client, tags as all_tags, validate};
use crate::provider::{
    Actions, CreateCx, Error, Found, Intent, Object, Operation, PlannedChange, RemoteId, ResourceType, Result, Timeouts,
};
use crate::schema::{Normal, Schema, number, string};

pub struct Policy;

/// Most versions that a policy may have.
const VERSIONS: usize = 5;

impl ResourceType for Policy {
    type Client = Client;
    const NAME: &'static str = "aws_iam_policy";
    const READ_BATCH: usize = 10_000;
    const UNIQUE: &'static [&'static str] = &["name"];
    const ACTIONS: Actions = Actions {
        read: &[
            "iam:GetPolicy",
            "iam:GetPolicyVersion",
            "iam:GetAccountAuthorizationDetails",
            "iam:ListPolicies",
            "iam:ListPolicyTags",
        ],
        create: &["iam:CreatePolicy", "iam:TagPolicy"],
        update: &[
            "iam:CreatePolicyVersion",
            "iam:DeletePolicyVersion",
            "iam:ListPolicyVersions",
            "iam:TagPolicy",
            "iam:UntagPolicy",
        ],
        delete: &["iam:DeletePolicy", "iam:DeletePolicyVersion", "iam:ListPolicyVersions"],
    };

    fn schema() -> Schema {
        Schema::new(0)
            .attr("arn", string().computed())
            .attr("attachment_count", number().computed())
            .attr("description", string().optional().force_new())
            .attr("id", string().optional().computed())
            .attr("name", string().optional().computed().force_new().check(naming::valid))
            .attr("name_prefix", string().optional().computed().force_new())
            .attr("path", string().optional().default("/").force_new().check(naming::valid_path))
            .attr("policy", string().required().normal(Normal::Policy).check(validate::json))
            .attr("policy_id", string().computed())
            .tags()
    }

    fn customize_plan(change: &mut PlannedChange) {
        naming::check_conflict(change);
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let mut calls = Vec::new();
        if ids.len() > read::SINGLE_READS {
            let account = read::account(client).await?;
            for id in ids {
                let (account, prior) = (account.clone(), prior.get(id));
                calls.push(async move {
                    let found = match account.policies.get(id.as_str()) {
                        Some(detail) => Found::Object(listed(client, detail, prior).await?),
                        None => Found::Gone,
                    };
                    Ok((id.clone(), found))
                });
            }
            return Ok(gather(calls).await?.into_iter().collect());
        }
        let mut found = BTreeMap::new();
        for id in ids {
            found.insert(id.clone(), single(client, id.as_str()).await?);
        }
        Ok(found)
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let answer = cx
            .client
            .iam()
            .create_policy()
            .policy_name(naming::name(want, cx.token))
            .set_path(want.string("path"))
            .set_description(want.string("description"))
            .set_policy_document(want.string("policy"))
            .set_tags(tags::wanted(want)?)
            .send()
            .await?;
        let arn = answer.policy.and_then(|p| p.arn).ok_or_else(|| Error::other("CreatePolicy answered no ARN"))?;
        let id = RemoteId::from(arn);
        cx.created(&id);
        Ok(id)
    }

    async fn update(client: &Client, id: &RemoteId, prior: &Object, want: &Object) -> Result<()> {
        let arn = id.as_str();
        if prior.str("policy") != want.str("policy") {
            let versions = versions(client, arn).await?;
            if versions.len() >= VERSIONS
                && let Some(oldest) = versions.iter().find(|v| !v.is_default)
            {
                delete_version(client, arn, &oldest.id).await?;
            }
            client
                .iam()
                .create_policy_version()
                .policy_arn(arn)
                .set_policy_document(want.string("policy"))
                .set_as_default(true)
                .send()
                .await?;
        }
        let (removed, changed) = tags::difference(prior, want)?;
        if !removed.is_empty() {
            client.iam().untag_policy().policy_arn(arn).set_tag_keys(Some(removed)).send().await?;
        }
        if !changed.is_empty() {
            client.iam().tag_policy().policy_arn(arn).set_tags(Some(changed)).send().await?;
        }
        Ok(())
    }

    async fn delete(client: &Client, id: &RemoteId, _prior: &Object) -> Result<()> {
        let arn = id.as_str();
        let Some(versions) = read::unless_gone(versions(client, arn).await)? else { return Ok(()) };
        for version in versions.iter().filter(|v| !v.is_default) {
            delete_version(client, arn, &version.id).await?;
        }
        deleted(client.iam().delete_policy().policy_arn(arn).send().await)
    }

    fn timeouts() -> Timeouts {
        Timeouts::minutes(2, 2, 2)
    }

    fn retries(operation: Operation, error: &Error) -> bool {
        !error.is_not_found() && naming::retries(operation, error)
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        naming::identity(want, &["path"])
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let path = intent.identity.get("path").map_or("/", String::as_str);
        let resource = format!("policy{path}{}", naming::intended(intent));
        let arn = format!("arn:{}:iam::{}:{resource}", client.partition(), client.account().await?);
        let found = read::unless_gone(client.iam().get_policy().policy_arn(&arn).send().await)?;
        Ok(found.map(|_| arn.into()))
    }
}

async fn single(client: &Client, arn: &str) -> Result<Found> {
    let answer = read::unless_gone(client.iam().get_policy().policy_arn(arn).send().await)?;
    let Some(policy) = answer.and_then(|a| a.policy) else { return Ok(Found::Gone) };
    let version = policy.default_version_id.clone().unwrap_or_default();
    let document = match read::listed_document(client, arn, &version).await? {
        Some(document) => document,
        None => {
            let answer = client.iam().get_policy_version().policy_arn(arn).version_id(version).send().await;
            let Some(answer) = read::unless_gone(answer)? else { return Ok(Found::Gone) };
            answer.policy_version.and_then(|v| v.document).unwrap_or_default()
        }
    };
    let name = policy.policy_name.unwrap_or_default();
    let mut object = Object::new()
        .with("arn", arn)
        .with("attachment_count", policy.attachment_count.unwrap_or_default())
        .with("description", policy.description.unwrap_or_default())
        .with("id", arn)
        .with("name_prefix", naming::prefix(&name))
        .with("name", name)
        .with("path", policy.path)
        .with("policy", decode_document(&document))
        .with("policy_id", policy.policy_id);
    all_tags::set(&mut object, tags::pairs(policy.tags.as_deref().unwrap_or_default()));
    Ok(Found::Object(object))
}

/// A policy from the account's details, which lack tags and, mostly, the description.
async fn listed(client: &Client, detail: &ManagedPolicyDetail, prior: Option<&Object>) -> Result<Object> {
    let arn = detail.arn.as_deref().unwrap_or_default();
    // The last part of the ARN is the name.
    let name = arn.rsplit('/').next().unwrap_or_default();
    let versions = detail.policy_version_list.as_deref().unwrap_or_default();
    let default = versions.iter().find(|v| v.is_default_version).and_then(|v| v.document.as_deref());
    let mut object = Object::new()
        .with("arn", arn)
        .with("attachment_count", detail.attachment_count.unwrap_or_default())
        .with("id", arn)
        .with("name", name)
        .with("name_prefix", naming::prefix(name))
        .with("path", detail.path.clone())
        .with("policy", decode_document(default.unwrap_or_default()));
    for (name, value) in [("description", &detail.description), ("policy_id", &detail.policy_id)] {
        if let Some(value) = value {
            object.set(name, value);
        }
    }
    // Untagged policies are not asked for tags: one call each would be most of the calls of a run.
    let untagged = prior.and_then(|p| p.get("tags_all")).is_some_and(|tags| tags.is_wholly_known() && tags.is_zero());
    let mut live = Vec::new();
    if !untagged {
        let mut pages = client.iam().list_policy_tags().policy_arn(arn).into_paginator().send();
        while let Some(page) = pages.next().await {
            live.extend(page?.tags);
        }
    }
    all_tags::set(&mut object, tags::pairs(&live));
    Ok(object)
}

struct Version {
    number: u64,
    id: String,
    is_default: bool,
}

/// Versions by age, the oldest first.
async fn versions(client: &Client, arn: &str) -> Result<Vec<Version>> {
    let mut versions = Vec::new();
    let mut pages = client.iam().list_policy_versions().policy_arn(arn).into_paginator().send();
    while let Some(page) = pages.next().await {
        for version in page?.versions.unwrap_or_default() {
            let id = version.version_id.unwrap_or_default();
            let number = id.trim_start_matches('v').parse().unwrap_or_default();
            versions.push(Version { number, id, is_default: version.is_default_version });
        }
    }
    versions.sort_by_key(|v| v.number);
    Ok(versions)
}

async fn delete_version(client: &Client, arn: &str, version: &str) -> Result<()> {
    match client.iam().delete_policy_version().policy_arn(arn).version_id(version).send().await {
        Ok(_) => Ok(()),
        Err(e) => Error::from(e).unless_not_found(),
    }
}
