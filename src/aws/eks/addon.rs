//! `aws_eks_addon`. Its id is `cluster:addon`.

use std::collections::BTreeMap;

use aws_sdk_eks::types::{Addon as Live, AddonPodIdentityAssociations, ResolveConflicts};

use super::updates::{Subject, finished};
use super::{pod_identity_association, read, tags};
use crate::aws::gather::gather;
use crate::aws::{Client, validate};
use crate::provider::{
    Actions, CreateCx, Deletion, Error, Found, Intent, Object, Operation, Readiness, RemoteId, ResourceType, Result,
    Timeouts,
};
use crate::schema::{Block, Schema, boolean, set_block, string};
use crate::value::Value;

pub struct Addon;

impl ResourceType for Addon {
    type Client = Client;
    const NAME: &'static str = "aws_eks_addon";
    const READ_BATCH: usize = 100;
    const UNIQUE: &'static [&'static str] = &["addon_name", "cluster_name"];
    const DELETION: Deletion = Deletion::Polled;
    const ACTIONS: Actions = Actions {
        read: &["eks:DescribeAddon", "eks:DescribePodIdentityAssociation"],
        create: &[
            "eks:CreateAddon",
            "eks:CreatePodIdentityAssociation",
            "eks:TagResource",
            "iam:PassRole",
            "iam:GetRole",
        ],
        update: &[
            "eks:UpdateAddon",
            "eks:DescribeUpdate",
            "eks:CreatePodIdentityAssociation",
            "eks:UpdatePodIdentityAssociation",
            "eks:DeletePodIdentityAssociation",
            "eks:TagResource",
            "eks:UntagResource",
            "iam:PassRole",
            "iam:GetRole",
        ],
        delete: &["eks:DeleteAddon", "eks:DeletePodIdentityAssociation"],
    };

    fn schema() -> Schema {
        let association = Block::new()
            .attr("role_arn", string().required().check(validate::arn))
            .attr("service_account", string().required());
        Schema::new(0)
            .attr("addon_name", string().required().force_new())
            .attr("addon_version", string().optional().computed().check(version))
            .attr("arn", string().computed())
            .attr("cluster_name", string().required().force_new().check(read::cluster_name))
            .attr("configuration_values", string().optional().computed())
            .attr("created_at", string().computed())
            .attr("id", string().optional().computed())
            .attr("modified_at", string().computed())
            .attr("preserve", boolean().optional())
            .attr("resolve_conflicts", string().optional().check(resolve).deprecated(RESOLVE))
            .attr("resolve_conflicts_on_create", string().optional().check(resolve_on_create))
            .attr("resolve_conflicts_on_update", string().optional().check(resolve))
            .attr("service_account_role_arn", string().optional().check(validate::arn))
            .block("pod_identity_association", set_block(association))
            .tags()
            .timeouts(&["create", "delete", "update"])
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        _prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let mut calls = Vec::new();
        for id in ids {
            calls.push(async move {
                let live = live(client, id).await?;
                Ok((id.clone(), live.map_or(Found::Gone, Found::Object)))
            });
        }
        Ok(gather(calls).await?.into_iter().collect())
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let text = |key: &str| want.string(key).unwrap_or_default();
        let (cluster, addon) = (text("cluster_name"), text("addon_name"));
        let conflicts = want.str("resolve_conflicts_on_create").or_else(|| want.str("resolve_conflicts"));
        let associations = associations(want)?;
        cx.client
            .eks()
            .create_addon()
            .cluster_name(&cluster)
            .addon_name(&addon)
            .set_addon_version(want.string("addon_version"))
            .set_configuration_values(want.string("configuration_values"))
            .set_pod_identity_associations((!associations.is_empty()).then_some(associations))
            .set_resolve_conflicts(conflicts.map(ResolveConflicts::from))
            .set_service_account_role_arn(want.string("service_account_role_arn"))
            .set_tags(tags::wanted(want))
            .client_request_token(cx.token)
            .send()
            .await?;
        let id = RemoteId::from(format!("{cluster}:{addon}"));
        cx.created(&id);
        Ok(id)
    }

    async fn update(client: &Client, id: &RemoteId, prior: &Object, want: &Object) -> Result<()> {
        let (cluster, addon) = id.pair(':')?;
        let live = live(client, id).await?.ok_or_else(|| Error::not_found(format!("there is no addon \"{id}\"")))?;
        let differs = |key: &str| live.string(key) != want.string(key);
        let other_associations = pairs(&live) != pairs(want);
        if other_associations
            || ["addon_version", "configuration_values", "service_account_role_arn"].into_iter().any(differs)
        {
            let conflicts = want.str("resolve_conflicts_on_update").or_else(|| want.str("resolve_conflicts"));
            let role = want.str("service_account_role_arn").unwrap_or_default();
            let mut call = client.eks().update_addon().cluster_name(cluster).addon_name(addon);
            call = call.set_resolve_conflicts(conflicts.map(ResolveConflicts::from));
            if differs("addon_version") {
                call = call.set_addon_version(want.string("addon_version"));
            }
            if differs("configuration_values") {
                call = call.configuration_values(want.str("configuration_values").unwrap_or_default());
            }
            if other_associations {
                call = call.set_pod_identity_associations(Some(associations(want)?));
            }
            // Left out, a role would be taken away.
            if differs("service_account_role_arn") || !role.is_empty() {
                call = call.service_account_role_arn(role);
            }
            let update = call.send().await?.update;
            finished(client, &Subject::addon(cluster, addon), update).await.map_err(|e| match conflicts {
                Some("OVERWRITE") => e,
                _ => e.hint("If settings of the addon conflict, set resolve_conflicts_on_update to \"OVERWRITE\"."),
            })?;
        }
        tags::update(client, prior.str("arn").unwrap_or_default(), &live, want).await
    }

    async fn delete(client: &Client, id: &RemoteId, prior: &Object) -> Result<()> {
        let (cluster, addon) = id.pair(':')?;
        let preserve = prior.bool("preserve").unwrap_or_default();
        let call = client.eks().delete_addon().cluster_name(cluster).addon_name(addon).preserve(preserve);
        read::unless_gone(call.send().await)?;
        Ok(())
    }

    /// An addon is degraded as long as no node runs it: that passes.
    fn readiness(object: &Object) -> Readiness {
        let (status, health) = (object.str("_status").unwrap_or_default(), object.str("_health").unwrap_or_default());
        match status {
            "ACTIVE" => Readiness::Ready,
            "CREATE_FAILED" | "UPDATE_FAILED" | "DELETE_FAILED" => Readiness::Failed(format!("{status}: {health}")),
            _ if health.is_empty() => Readiness::Pending(format!("the addon is {}", status.to_ascii_lowercase())),
            _ => Readiness::Pending(format!("the addon is {}: {health}", status.to_ascii_lowercase())),
        }
    }

    fn timeouts() -> Timeouts {
        Timeouts::minutes(20, 20, 40)
    }

    fn retries(operation: Operation, error: &Error) -> bool {
        read::retries(operation, error)
            || (operation == Operation::Create
                && error.has_code("InvalidParameterException")
                && error.message.contains("CREATE_FAILED"))
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        ["cluster_name", "addon_name"].into_iter().filter_map(|k| Some((k.to_owned(), want.string(k)?))).collect()
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let (Some(cluster), Some(addon)) = (intent.identity.get("cluster_name"), intent.identity.get("addon_name"))
        else {
            return Ok(None);
        };
        Ok(describe(client, cluster, addon).await?.map(|_| format!("{cluster}:{addon}").into()))
    }

    fn import_id(text: &str) -> Result<RemoteId> {
        match text.split_once(':') {
            Some((cluster, addon)) if !cluster.is_empty() && !addon.is_empty() => Ok(text.into()),
            _ => Err(Error::other(format!("unexpected id \"{text}\": expected cluster-name:addon-name"))),
        }
    }
}

const RESOLVE: &str = "Use resolve_conflicts_on_create and resolve_conflicts_on_update.";

fn resolve(value: &Value) -> std::result::Result<(), String> {
    read::one_of("The resolution of conflicts", value, &["NONE", "OVERWRITE", "PRESERVE"])
}

fn resolve_on_create(value: &Value) -> std::result::Result<(), String> {
    read::one_of("resolve_conflicts_on_create", value, &["NONE", "OVERWRITE"])
}

fn version(value: &Value) -> std::result::Result<(), String> {
    let text = value.as_str().unwrap_or_default();
    match text.strip_prefix('v').map(semver::Version::parse) {
        Some(Ok(_)) => Ok(()),
        _ => Err(format!("addon_version \"{text}\" is no version such as \"v1.20.0-eksbuild.1\".")),
    }
}

async fn describe(client: &Client, cluster: &str, addon: &str) -> Result<Option<Live>> {
    let call = client.eks().describe_addon().cluster_name(cluster).addon_name(addon);
    Ok(read::unless_gone(call.send().await)?.and_then(|a| a.addon))
}

async fn live(client: &Client, id: &RemoteId) -> Result<Option<Object>> {
    let (cluster, name) = id.pair(':')?;
    let Some(addon) = describe(client, cluster, name).await? else { return Ok(None) };
    let mut associations = Vec::new();
    for arn in addon.pod_identity_associations.iter().flatten() {
        let association = arn.rsplit('/').next().unwrap_or_default();
        if let Some(a) = pod_identity_association::describe(client, cluster, association).await? {
            associations.push(Object::new().with("role_arn", a.role_arn).with("service_account", a.service_account));
        }
    }
    let health = addon.health.iter().flat_map(|h| h.issues.iter().flatten());
    let health =
        health.map(|i| read::issue(i.code.as_ref().map(|c| c.as_str()), i.message.as_deref(), i.resource_ids.as_ref()));
    let mut object = Object::new()
        .with("_health", health.collect::<Vec<_>>().join("; "))
        .with("_status", addon.status.as_ref().map(|s| s.as_str()))
        .with("addon_name", addon.addon_name)
        .with("addon_version", addon.addon_version)
        .with("arn", addon.addon_arn)
        .with("cluster_name", addon.cluster_name)
        .with("configuration_values", addon.configuration_values.unwrap_or_default())
        .with("created_at", read::timestamp(addon.created_at.as_ref()))
        .with("id", id.as_str())
        .with("modified_at", read::timestamp(addon.modified_at.as_ref()))
        .with("pod_identity_association", associations)
        .with("service_account_role_arn", addon.service_account_role_arn.unwrap_or_default());
    tags::set(&mut object, addon.tags);
    Ok(Some(object))
}

/// Roles by service account.
fn pairs(object: &Object) -> BTreeMap<String, String> {
    let blocks = object.objects("pod_identity_association");
    blocks.iter().filter_map(|b| Some((b.string("service_account")?, b.string("role_arn")?))).collect()
}

fn associations(want: &Object) -> Result<Vec<AddonPodIdentityAssociations>> {
    let one = |(account, role)| {
        let made = AddonPodIdentityAssociations::builder().service_account(account).role_arn(role).build();
        made.map_err(|e| Error::other(e.to_string()))
    };
    pairs(want).into_iter().map(one).collect()
}
