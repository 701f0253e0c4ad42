//! `aws_eks_access_policy_association`. Its id is `cluster#principal#policy`.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_eks::types::{AccessScope, AccessScopeType, AssociatedAccessPolicy};

use super::read;
use crate::aws::gather::gather;
use crate::aws::{Client, validate};
use crate::provider::{
    Actions, CreateCx, Error, Found, Intent, Object, Operation, PlannedChange, RemoteId, ResourceType, Result, Timeouts,
};
use crate::schema::{Block, Schema, list_block, set_of, string};
use crate::value::{Type, Value};

pub struct AccessPolicyAssociation;

impl ResourceType for AccessPolicyAssociation {
    type Client = Client;
    const NAME: &'static str = "aws_eks_access_policy_association";
    const READ_BATCH: usize = 1000;
    const ACTIONS: Actions = Actions {
        read: &["eks:ListAssociatedAccessPolicies"],
        create: &["eks:AssociateAccessPolicy"],
        update: &[],
        delete: &["eks:DisassociateAccessPolicy"],
    };

    fn schema() -> Schema {
        let scope = Block::new()
            .attr("namespaces", set_of(Type::String).optional().force_new())
            .attr("type", string().required().force_new().check(scope_type));
        Schema::new(0)
            .attr("associated_at", string().computed())
            .attr("cluster_name", string().required().force_new().check(read::cluster_name))
            .attr("id", string().optional().computed())
            .attr("modified_at", string().computed())
            .attr("policy_arn", string().required().force_new().check(validate::arn))
            .attr("principal_arn", string().required().force_new().check(validate::arn))
            .block("access_scope", list_block(scope).min(1).max(1).force_new())
            .timeouts(&["create", "delete"])
    }

    fn customize_plan(change: &mut PlannedChange) {
        let Some(scope) = change.config.object("access_scope") else { return };
        let spaces = scope.get("namespaces").is_some_and(|v| !v.is_zero());
        match scope.str("type") {
            Some("namespace") if !spaces => {
                change.error("access_scope", "A scope of type \"namespace\" needs at least one of namespaces.");
            }
            Some("cluster") if spaces => {
                change.error("access_scope", "A scope of type \"cluster\" has no namespaces: use type \"namespace\".");
            }
            _ => {}
        }
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        _prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let mut owners = BTreeSet::new();
        for id in ids {
            let (cluster, principal, _) = parts(id)?;
            owners.insert(format!("{cluster}#{principal}"));
        }
        let owners: Vec<String> = owners.into_iter().collect();
        let policies = client.load("eks/associated-policies", &owners, |owners| associated(client, owners)).await?;
        let mut found = BTreeMap::new();
        for id in ids {
            let (cluster, principal, arn) = parts(id)?;
            let policies = policies.get(&format!("{cluster}#{principal}"));
            let policy = policies.and_then(|all| all.iter().find(|p| p.policy_arn.as_deref() == Some(arn)));
            let object = policy.map(|p| object(id, cluster, principal, p));
            found.insert(id.clone(), object.map_or(Found::Gone, Found::Object));
        }
        Ok(found)
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let text = |key: &str| want.string(key).unwrap_or_default();
        let (cluster, principal, policy) = (text("cluster_name"), text("principal_arn"), text("policy_arn"));
        let scope = want.object("access_scope").unwrap_or_default();
        let spaces = scope.strings("namespaces");
        let scope = AccessScope::builder()
            .set_type(scope.str("type").map(AccessScopeType::from))
            .set_namespaces((!spaces.is_empty()).then_some(spaces))
            .build();
        cx.client
            .eks()
            .associate_access_policy()
            .cluster_name(&cluster)
            .principal_arn(&principal)
            .policy_arn(&policy)
            .access_scope(scope)
            .send()
            .await?;
        let id = RemoteId::from(format!("{cluster}#{principal}#{policy}"));
        cx.created(&id);
        Ok(id)
    }

    async fn delete(client: &Client, id: &RemoteId, _prior: &Object) -> Result<()> {
        let (cluster, principal, policy) = parts(id)?;
        let call = client.eks().disassociate_access_policy().cluster_name(cluster);
        read::unless_gone(call.principal_arn(principal).policy_arn(policy).send().await)?;
        Ok(())
    }

    fn timeouts() -> Timeouts {
        Timeouts::minutes(10, 10, 10)
    }

    /// The access entry may be as new as the association.
    fn retries(operation: Operation, error: &Error) -> bool {
        read::retries(operation, error) || (operation == Operation::Create && error.is_not_found())
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        let keys = ["cluster_name", "principal_arn", "policy_arn"];
        keys.into_iter().filter_map(|k| Some((k.to_owned(), want.string(k)?))).collect()
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let key = |key: &str| intent.identity.get(key);
        let (Some(cluster), Some(principal), Some(policy)) =
            (key("cluster_name"), key("principal_arn"), key("policy_arn"))
        else {
            return Ok(None);
        };
        let owner = format!("{cluster}#{principal}");
        let found = associated(client, vec![owner.clone()]).await?.remove(&owner).unwrap_or_default();
        let there = found.iter().any(|p| p.policy_arn.as_ref() == Some(policy));
        Ok(there.then(|| format!("{owner}#{policy}").into()))
    }

    fn import_id(text: &str) -> Result<RemoteId> {
        let id = RemoteId::from(text);
        parts(&id)?;
        Ok(id)
    }
}

fn parts(id: &RemoteId) -> Result<(&str, &str, &str)> {
    match id.split('#').as_slice() {
        [cluster, principal, policy] if !cluster.is_empty() => Ok((cluster, principal, policy)),
        _ => Err(Error::other(format!("unexpected id \"{id}\": expected cluster-name#principal-arn#policy-arn"))),
    }
}

/// Policies by `cluster#principal`, one call each. Principals without an access entry are left out.
async fn associated(client: &Client, owners: Vec<String>) -> Result<BTreeMap<String, Vec<AssociatedAccessPolicy>>> {
    let calls = owners.into_iter().map(|owner| async move {
        let (cluster, principal) = owner.split_once('#').unwrap_or_default();
        let call = client.eks().list_associated_access_policies().cluster_name(cluster).principal_arn(principal);
        let mut pages = call.into_paginator().send();
        let mut policies = Vec::new();
        while let Some(page) = pages.next().await {
            let Some(page) = read::unless_gone(page)? else { return Ok(None) };
            policies.extend(page.associated_access_policies.unwrap_or_default());
        }
        Ok(Some((owner, policies)))
    });
    Ok(gather(calls.collect()).await?.into_iter().flatten().collect())
}

fn object(id: &RemoteId, cluster: &str, principal: &str, policy: &AssociatedAccessPolicy) -> Object {
    let scope = policy.access_scope.as_ref().map(|s| {
        Object::new()
            .with("namespaces", s.namespaces.clone().unwrap_or_default())
            .with("type", s.r#type.as_ref().map(|t| t.as_str()))
    });
    Object::new()
        .with("access_scope", scope.into_iter().collect::<Vec<_>>())
        .with("associated_at", read::long_timestamp(policy.associated_at.as_ref()))
        .with("cluster_name", cluster)
        .with("id", id.as_str())
        .with("modified_at", read::long_timestamp(policy.modified_at.as_ref()))
        .with("policy_arn", policy.policy_arn.clone())
        .with("principal_arn", principal)
}

fn scope_type(value: &Value) -> std::result::Result<(), String> {
    read::one_of("type", value, &["cluster", "namespace"])
}
