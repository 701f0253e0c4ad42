//! Reads that roles, their policies and managed policies share.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_sdk_iam::primitives::{DateTime, DateTimeFormat};
use aws_sdk_iam::types::{EntityType, ManagedPolicyDetail, Role, RoleDetail};

use crate::aws::Client;
use crate::aws::policy::decode_document;
use crate::provider::{Error, Result};

/// With more objects than this, the whole account is read at once.
pub const SINGLE_READS: usize = 2;

/// Name of the shared read of [`account`].
const ACCOUNT: &str = "iam/account";

/// All roles and customer managed policies of the account.
#[derive(Default)]
pub struct Account {
    /// By name.
    pub roles: BTreeMap<String, RoleDetail>,
    /// By ARN.
    pub policies: BTreeMap<String, ManagedPolicyDetail>,
}

/// The account as `GetAccountAuthorizationDetails` tells it; read once a run.
pub async fn account(client: &Client) -> Result<Arc<Account>> {
    client
        .once(ACCOUNT, || async {
            let mut account = Account::default();
            let mut pages = client
                .iam()
                .get_account_authorization_details()
                .filter(EntityType::Role)
                .filter(EntityType::LocalManagedPolicy)
                .max_items(1000)
                .into_paginator()
                .send();
            while let Some(page) = pages.next().await {
                let page = page?;
                for role in page.role_detail_list.unwrap_or_default() {
                    account.roles.insert(role.role_name.clone().unwrap_or_default(), role);
                }
                for policy in page.policies.unwrap_or_default() {
                    account.policies.insert(policy.arn.clone().unwrap_or_default(), policy);
                }
            }
            Ok(account)
        })
        .await
}

/// The document of a version of a policy, still encoded, from the account's details where others read them anyway.
pub async fn listed_document(client: &Client, policy: &str, version: &str) -> Result<Option<String>> {
    if !client.has_begun(ACCOUNT) {
        return Ok(None);
    }
    let account = account(client).await?;
    let mut versions = account.policies.get(policy).into_iter().flat_map(|p| p.policy_version_list.iter().flatten());
    Ok(versions.find(|v| v.version_id.as_deref() == Some(version)).and_then(|v| v.document.clone()))
}

/// Roles by name as `ListRoles` tells them: with what the account's details lack. Read once a run.
pub async fn listed_roles(client: &Client) -> Result<Arc<BTreeMap<String, Role>>> {
    client
        .once("iam/roles", || async {
            let mut roles = BTreeMap::new();
            let mut pages = client.iam().list_roles().max_items(1000).into_paginator().send();
            while let Some(page) = pages.next().await {
                roles.extend(page?.roles.into_iter().map(|r| (r.role_name.clone(), r)));
            }
            Ok(roles)
        })
        .await
}

/// ARNs of the managed policies of one role.
pub async fn attached_policies(client: &Client, role: &str) -> Result<Vec<String>> {
    let mut arns = Vec::new();
    let mut pages = client.iam().list_attached_role_policies().role_name(role).into_paginator().send();
    while let Some(page) = pages.next().await {
        arns.extend(page?.attached_policies.unwrap_or_default().into_iter().filter_map(|p| p.policy_arn));
    }
    Ok(arns)
}

/// Names of the inline policies of one role.
pub async fn inline_policy_names(client: &Client, role: &str) -> Result<Vec<String>> {
    let mut names = Vec::new();
    let mut pages = client.iam().list_role_policies().role_name(role).into_paginator().send();
    while let Some(page) = pages.next().await {
        names.extend(page?.policy_names);
    }
    Ok(names)
}

/// One inline policy of a role, decoded; `None` where the role or the policy is gone.
pub async fn inline_policy(client: &Client, role: &str, name: &str) -> Result<Option<String>> {
    let answer = unless_gone(client.iam().get_role_policy().role_name(role).policy_name(name).send().await)?;
    Ok(answer.map(|a| decode_document(&a.policy_document)))
}

/// The inline policies of a role's details, decoded, by name.
pub fn inline_policies(role: &RoleDetail) -> BTreeMap<String, String> {
    let policies = role.role_policy_list.iter().flatten();
    let pair = |p: &aws_sdk_iam::types::PolicyDetail| {
        (p.policy_name.clone().unwrap_or_default(), decode_document(p.policy_document.as_deref().unwrap_or_default()))
    };
    policies.map(pair).collect()
}

/// Turns the error that says "no such thing" into `None`.
pub fn unless_gone<T, E: Into<Error>>(answer: Result<T, E>) -> Result<Option<T>> {
    match answer.map_err(Into::into) {
        Ok(answer) => Ok(Some(answer)),
        Err(e) if e.is_not_found() => Ok(None),
        Err(e) => Err(e),
    }
}

/// A time as the state holds it: to the second.
pub fn timestamp(time: &DateTime) -> Option<String> {
    DateTime::from_secs(time.secs()).fmt(DateTimeFormat::DateTime).ok()
}
