//! `aws_iam_role_policy_attachment`: a managed policy of a role, known as `role/policy_arn`.
//!
//! Terraform gives it a random `id`; what AWS knows it by are its two arguments.

use std::collections::{BTreeMap, BTreeSet};

use super::{naming, read};
use crate::aws::error::deleted;
use crate::aws::{Client, validate};
use crate::provider::{
    Actions, CreateCx, Error, Found, Intent, Object, Operation, RemoteId, ResourceType, Result, Timeouts,
};
use crate::schema::{Schema, string};

pub struct RolePolicyAttachment;

impl ResourceType for RolePolicyAttachment {
    type Client = Client;
    const NAME: &'static str = "aws_iam_role_policy_attachment";
    const READ_BATCH: usize = 10_000;
    const ACTIONS: Actions = Actions {
        read: &["iam:ListAttachedRolePolicies", "iam:GetAccountAuthorizationDetails"],
        create: &["iam:AttachRolePolicy"],
        update: &[],
        delete: &["iam:DetachRolePolicy"],
    };

    fn schema() -> Schema {
        Schema::new(0)
            .attr("id", string().optional().computed())
            .attr("policy_arn", string().required().force_new().check(validate::arn))
            .attr("role", string().required().force_new().check(naming::valid_role))
    }

    fn remote_id(object: &Object) -> Option<RemoteId> {
        Some(format!("{}/{}", object.string("role")?, object.string("policy_arn")?).into())
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let mut roles = BTreeSet::new();
        for id in ids {
            roles.insert(id.pair('/')?.0);
        }
        let mut attached: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        if roles.len() > read::SINGLE_READS {
            let account = read::account(client).await?;
            for role in roles {
                let policies = account.roles.get(role).and_then(|r| r.attached_managed_policies.as_ref());
                let arns = policies.into_iter().flatten().filter_map(|p| p.policy_arn.clone()).collect();
                attached.insert(role, arns);
            }
        } else {
            for role in roles {
                let arns = read::unless_gone(read::attached_policies(client, role).await)?;
                attached.insert(role, arns.unwrap_or_default());
            }
        }
        let mut found = BTreeMap::new();
        for id in ids {
            let (role, arn) = id.pair('/')?;
            let there = attached.get(role).is_some_and(|arns| arns.iter().any(|a| a == arn));
            let object = if there { Found::Object(object(role, arn, prior.get(id))) } else { Found::Gone };
            found.insert(id.clone(), object);
        }
        Ok(found)
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let id = Self::remote_id(want).ok_or_else(|| Error::other("role and policy_arn must be set"))?;
        let (role, arn) = id.pair('/')?;
        cx.client.iam().attach_role_policy().role_name(role).policy_arn(arn).send().await?;
        cx.created(&id);
        Ok(id)
    }

    async fn delete(client: &Client, id: &RemoteId, _prior: &Object) -> Result<()> {
        let (role, arn) = id.pair('/')?;
        deleted(client.iam().detach_role_policy().role_name(role).policy_arn(arn).send().await)
    }

    fn timeouts() -> Timeouts {
        Timeouts::minutes(2, 2, 2)
    }

    fn retries(operation: Operation, error: &Error) -> bool {
        naming::retries(operation, error)
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        ["role", "policy_arn"].into_iter().filter_map(|k| Some((k.to_owned(), want.string(k)?))).collect()
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let (Some(role), Some(arn)) = (intent.identity.get("role"), intent.identity.get("policy_arn")) else {
            return Ok(None);
        };
        let arns = read::unless_gone(read::attached_policies(client, role).await)?.unwrap_or_default();
        Ok(arns.contains(arn).then(|| format!("{role}/{arn}").into()))
    }

    fn import_id(text: &str) -> Result<RemoteId> {
        match text.split_once('/') {
            Some((role, arn)) if !role.is_empty() && arn.starts_with("arn:") => Ok(text.into()),
            _ => Err(Error::other(format!("unexpected id \"{text}\": expected role-name/policy-arn"))),
        }
    }
}

/// An id that state has already stays.
fn object(role: &str, arn: &str, prior: Option<&Object>) -> Object {
    let object = Object::new().with("policy_arn", arn).with("role", role);
    if prior.is_some_and(|p| p.has("id")) { object } else { object.with("id", format!("{role}-{arn}")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attachment_is_known_by_its_arguments() {
        let arn = "arn:aws:iam::aws:policy/service-role/Thing";
        let state = Object::new().with("id", "role-2024").with("role", "role").with("policy_arn", arn);
        let id = RolePolicyAttachment::remote_id(&state).expect("has both");
        assert_eq!(id.pair('/').expect("has a slash"), ("role", arn));
        assert!(!object("role", arn, Some(&state)).has("id"));
        assert!(object("role", arn, Some(&Object::new())).has("id"));
        assert!(RolePolicyAttachment::import_id("role").is_err());
    }
}
