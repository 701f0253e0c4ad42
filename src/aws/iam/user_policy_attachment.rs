//! `aws_iam_user_policy_attachment`: a managed policy of a user, known as `user/policy_arn`.
//!
//! Terraform gives it a random `id`; what AWS knows it by are its two arguments.

use std::collections::{BTreeMap, BTreeSet};

use super::people::{People, people};
use super::{naming, read};
use crate::aws::error::deleted;
use crate::aws::{Client, validate};
use crate::provider::{
    Actions, CreateCx, Error, Found, Intent, Object, Operation, RemoteId, ResourceType, Result, Timeouts,
};
use crate::schema::{Schema, string};

pub struct UserPolicyAttachment;

impl ResourceType for UserPolicyAttachment {
    type Client = Client;
    const NAME: &'static str = "aws_iam_user_policy_attachment";
    const READ_BATCH: usize = 10_000;
    const ACTIONS: Actions = Actions {
        read: &["iam:ListAttachedUserPolicies", "iam:GetAccountAuthorizationDetails"],
        create: &["iam:AttachUserPolicy"],
        update: &[],
        delete: &["iam:DetachUserPolicy"],
    };

    fn schema() -> Schema {
        Schema::new(0)
            .attr("id", string().optional().computed())
            .attr("policy_arn", string().required().force_new().check(validate::arn))
            .attr("user", string().required().force_new())
    }

    fn remote_id(object: &Object) -> Option<RemoteId> {
        Some(format!("{}/{}", object.string("user")?, object.string("policy_arn")?).into())
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let users = ids.iter().map(|id| Ok(id.pair('/')?.0)).collect::<Result<BTreeSet<_>>>()?;
        let all = if users.len() > read::SINGLE_READS { Some(people(client).await?) } else { None };
        let mut attached: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for user in users {
            let arns = match &all {
                Some(people) => listed(people, user),
                None => attached_to(client, user).await?,
            };
            attached.insert(user, arns);
        }
        let mut found = BTreeMap::new();
        for id in ids {
            let (user, arn) = id.pair('/')?;
            let there = attached.get(user).is_some_and(|arns| arns.iter().any(|a| a == arn));
            let object = if there { Found::Object(object(user, arn, prior.get(id))) } else { Found::Gone };
            found.insert(id.clone(), object);
        }
        Ok(found)
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let id = Self::remote_id(want).ok_or_else(|| Error::other("user and policy_arn must be set"))?;
        let (user, arn) = id.pair('/')?;
        cx.client.iam().attach_user_policy().user_name(user).policy_arn(arn).send().await?;
        cx.created(&id);
        Ok(id)
    }

    async fn delete(client: &Client, id: &RemoteId, _prior: &Object) -> Result<()> {
        let (user, arn) = id.pair('/')?;
        deleted(client.iam().detach_user_policy().user_name(user).policy_arn(arn).send().await)
    }

    fn timeouts() -> Timeouts {
        Timeouts::minutes(2, 2, 2)
    }

    fn retries(operation: Operation, error: &Error) -> bool {
        naming::retries(operation, error)
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        ["user", "policy_arn"].into_iter().filter_map(|k| Some((k.to_owned(), want.string(k)?))).collect()
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let (Some(user), Some(arn)) = (intent.identity.get("user"), intent.identity.get("policy_arn")) else {
            return Ok(None);
        };
        Ok(attached_to(client, user).await?.contains(arn).then(|| format!("{user}/{arn}").into()))
    }

    fn import_id(text: &str) -> Result<RemoteId> {
        match text.split_once('/') {
            Some((user, arn)) if !user.is_empty() && arn.starts_with("arn:") => Ok(text.into()),
            _ => Err(Error::other(format!("unexpected id \"{text}\": expected user-name/policy-arn"))),
        }
    }
}

/// ARNs of the managed policies of a user; none of one that is gone.
async fn attached_to(client: &Client, user: &str) -> Result<Vec<String>> {
    let mut arns = Vec::new();
    let mut pages = client.iam().list_attached_user_policies().user_name(user).into_paginator().send();
    while let Some(page) = pages.next().await {
        let Some(page) = read::unless_gone(page)? else { return Ok(Vec::new()) };
        arns.extend(page.attached_policies.unwrap_or_default().into_iter().filter_map(|p| p.policy_arn));
    }
    Ok(arns)
}

/// The same from what is told of all users at once.
fn listed(people: &People, user: &str) -> Vec<String> {
    let policies = people.users.get(user).and_then(|u| u.attached_managed_policies.as_ref());
    policies.into_iter().flatten().filter_map(|p| p.policy_arn.clone()).collect()
}

/// An id that state has already stays.
fn object(user: &str, arn: &str, prior: Option<&Object>) -> Object {
    let object = Object::new().with("policy_arn", arn).with("user", user);
    if prior.is_some_and(|p| p.has("id")) { object } else { object.with("id", format!("{user}-{arn}")) }
}
