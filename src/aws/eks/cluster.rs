//! `aws_eks_cluster`. Its id is its name.

use std::collections::BTreeMap;

use aws_sdk_eks::types::{AuthenticationMode, CreateAccessConfigRequest, SupportType, UpgradePolicyRequest};
use aws_sdk_eks::types::{Cluster as Live, ZonalShiftConfigRequest};

use super::{cluster_blocks as blocks, cluster_schema, cluster_update, read, tags};
use crate::addr::Path;
use crate::aws::Client;
use crate::aws::gather::gather;
use crate::provider::{
    Actions, CreateCx, Deletion, Error, Found, Intent, Object, Operation, PlannedChange, Readiness, RemoteId,
    ResourceType, Result, Timeouts,
};
use crate::schema::Schema;

pub struct Cluster;

impl ResourceType for Cluster {
    type Client = Client;
    const NAME: &'static str = "aws_eks_cluster";
    const READ_BATCH: usize = 50;
    const UNIQUE: &'static [&'static str] = &["name"];
    const DELETION: Deletion = Deletion::Polled;
    const ACTIONS: Actions = Actions {
        read: &["eks:DescribeCluster"],
        create: &["eks:CreateCluster", "eks:TagResource", "iam:PassRole", "iam:CreateServiceLinkedRole"],
        update: &[
            "eks:UpdateClusterVersion",
            "eks:UpdateClusterConfig",
            "eks:AssociateEncryptionConfig",
            "eks:DescribeUpdate",
            "eks:TagResource",
            "eks:UntagResource",
        ],
        delete: &["eks:DeleteCluster"],
    };

    fn schema() -> Schema {
        cluster_schema::schema()
    }

    fn customize_plan(change: &mut PlannedChange) {
        check_auto_mode(change);
        if change.is_create() {
            return;
        }
        let Some(prior) = change.prior.clone() else { return };
        // Encryption cannot be switched off again.
        if prior.object("encryption_config").is_some() && emptied(&change.planned, "encryption_config") {
            change.replace.insert(Path::attr("encryption_config"));
        }
        // A role can be added to nodes of auto mode, not exchanged.
        let role = |o: &Object| o.object("compute_config").map(|c| c.string("node_role_arn").unwrap_or_default());
        if let (Some(old), Some(new)) = (role(&prior), role(&change.planned))
            && !old.is_empty()
            && old != new
        {
            change.replace.insert(Path::attr("compute_config"));
        }
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let mut calls = Vec::new();
        for id in ids {
            let prior = prior.get(id);
            calls.push(async move {
                let live = describe(client, id.as_str()).await?;
                Ok((id.clone(), live.map_or(Found::Gone, |c| Found::Object(object(c, prior)))))
            });
        }
        Ok(gather(calls).await?.into_iter().collect())
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let access = want.object("access_config").map(|a| {
            let bootstrap = a.bool("bootstrap_cluster_creator_admin_permissions").unwrap_or_default();
            CreateAccessConfigRequest::builder()
                .set_authentication_mode(a.str("authentication_mode").map(AuthenticationMode::from))
                .bootstrap_cluster_creator_admin_permissions(bootstrap)
                .build()
        });
        let answer = cx
            .client
            .eks()
            .create_cluster()
            .set_name(want.string("name"))
            .set_role_arn(want.string("role_arn"))
            .set_version(want.string("version"))
            .resources_vpc_config(blocks::vpc_config(want))
            .logging(blocks::logging(&want.strings("enabled_cluster_log_types")))
            .set_bootstrap_self_managed_addons(want.bool("bootstrap_self_managed_addons"))
            .set_access_config(access)
            .set_compute_config(blocks::compute_config(want))
            .set_encryption_config(blocks::encryption_config(want))
            .set_kubernetes_network_config(blocks::kubernetes_network_config(want))
            .set_outpost_config(blocks::outpost_config(want)?)
            .set_remote_network_config(blocks::remote_network_config(want))
            .set_storage_config(blocks::storage_config(want))
            .set_upgrade_policy(upgrade_policy(want))
            .set_zonal_shift_config(zonal_shift(want))
            .set_tags(tags::wanted(want))
            .client_request_token(cx.token)
            .send()
            .await?;
        let name = answer.cluster.and_then(|c| c.name).or_else(|| want.string("name")).unwrap_or_default();
        let id = RemoteId::from(name);
        cx.created(&id);
        Ok(id)
    }

    async fn update(client: &Client, id: &RemoteId, prior: &Object, want: &Object) -> Result<()> {
        // What an interrupted update has done already is not done again: EKS refuses updates that change nothing.
        let live = describe(client, id.as_str()).await?;
        let live = live.ok_or_else(|| Error::not_found(format!("there is no cluster \"{id}\"")))?;
        let arn = live.arn.clone().unwrap_or_default();
        let live = object(live, Some(prior));
        cluster_update::update(client, id.as_str(), &live, want).await?;
        tags::update(client, &arn, &live, want).await
    }

    async fn delete(client: &Client, id: &RemoteId, _prior: &Object) -> Result<()> {
        read::unless_gone(client.eks().delete_cluster().name(id.as_str()).send().await)?;
        Ok(())
    }

    fn readiness(object: &Object) -> Readiness {
        let status = object.str("status").unwrap_or_default();
        match status {
            "ACTIVE" => Readiness::Ready,
            "FAILED" => {
                Readiness::Failed(format!("the cluster has failed: {}", object.str("_health").unwrap_or_default()))
            }
            _ => Readiness::Pending(format!("the cluster is {}", status.to_ascii_lowercase())),
        }
    }

    fn timeouts() -> Timeouts {
        Timeouts::minutes(30, 60, 15)
    }

    fn retries(operation: Operation, error: &Error) -> bool {
        read::retries(operation, error)
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let Some(name) = intent.identity.get("name") else { return Ok(None) };
        Ok(describe(client, name).await?.map(|_| name.as_str().into()))
    }
}

async fn describe(client: &Client, name: &str) -> Result<Option<Live>> {
    let answer = read::unless_gone(client.eks().describe_cluster().name(name).send().await)?;
    Ok(answer.and_then(|a| a.cluster))
}

fn object(cluster: Live, prior: Option<&Object>) -> Object {
    let log_types = cluster.logging.iter().flat_map(|l| l.cluster_logging.iter().flatten());
    let log_types = log_types.filter(|s| s.enabled == Some(true)).flat_map(|s| s.types.iter().flatten());
    let log_types: Vec<&str> = log_types.map(|t| t.as_str()).collect();
    let certificate = cluster.certificate_authority.as_ref();
    let certificate = certificate.map(|c| Object::new().with("data", c.data.clone().unwrap_or_default()));
    let identity = cluster.identity.as_ref().map(|i| {
        let oidc = i.oidc.as_ref().map(|o| Object::new().with("issuer", o.issuer.clone().unwrap_or_default()));
        Object::new().with("oidc", oidc.into_iter().collect::<Vec<_>>())
    });
    let health = cluster.health.iter().flat_map(|h| h.issues.iter().flatten());
    let health =
        health.map(|i| read::issue(i.code.as_ref().map(|c| c.as_str()), i.message.as_deref(), i.resource_ids.as_ref()));
    let mut object = Object::new()
        .with("_health", health.collect::<Vec<_>>().join("; "))
        .with("arn", cluster.arn.clone())
        .with("certificate_authority", certificate.into_iter().collect::<Vec<_>>())
        .with("created_at", read::timestamp(cluster.created_at.as_ref()))
        .with("enabled_cluster_log_types", log_types)
        .with("endpoint", cluster.endpoint.clone())
        .with("id", cluster.name.clone())
        .with("identity", identity.into_iter().collect::<Vec<_>>())
        .with("name", cluster.name.clone())
        .with("platform_version", cluster.platform_version.clone())
        .with("role_arn", cluster.role_arn.clone())
        .with("status", cluster.status.as_ref().map(|s| s.as_str()))
        .with("version", cluster.version.clone());
    // Only clusters on Outposts have an id beside their name.
    object.set("cluster_id", cluster.outpost_config.as_ref().and(cluster.id.clone()));
    // EKS does not tell it: as with the provider, a cluster that is imported counts as made in the usual way.
    if prior.is_none_or(|p| !p.has("bootstrap_self_managed_addons")) {
        object.set("bootstrap_self_managed_addons", true);
    }
    blocks::set_blocks(&mut object, &cluster, prior);
    tags::set(&mut object, cluster.tags);
    object
}

pub fn upgrade_policy(want: &Object) -> Option<UpgradePolicyRequest> {
    let kind = want.object("upgrade_policy")?.str("support_type").map(SupportType::from)?;
    Some(UpgradePolicyRequest::builder().support_type(kind).build())
}

pub fn zonal_shift(want: &Object) -> Option<ZonalShiftConfigRequest> {
    let enabled = want.object("zonal_shift_config")?.bool("enabled");
    Some(ZonalShiftConfigRequest::builder().set_enabled(enabled).build())
}

/// The block is known to be away.
fn emptied(object: &Object, name: &str) -> bool {
    object.get(name).is_some_and(|v| v.is_known() && v.is_zero())
}

/// Auto mode is compute, load balancing and storage together, or none of them.
fn check_auto_mode(change: &mut PlannedChange) {
    let config = &change.config;
    let nested = |block: &str, inner: &str| config.object(block)?.object(inner)?.bool("enabled");
    let parts = [
        config.object("compute_config").and_then(|c| c.bool("enabled")),
        nested("kubernetes_network_config", "elastic_load_balancing"),
        nested("storage_config", "block_storage"),
    ];
    let unknown =
        ["compute_config", "kubernetes_network_config", "storage_config"].iter().any(|n| config.is_unknown(n));
    let on = parts.iter().filter(|p| **p == Some(true)).count();
    if !unknown && on > 0 && on < parts.len() {
        change.error(
            "compute_config",
            "EKS Auto Mode needs compute_config.enabled, kubernetes_network_config.elastic_load_balancing.enabled and \
             storage_config.block_storage.enabled to be all true or all false.",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn update(prior: Object, planned: Object) -> PlannedChange {
        let mut change = PlannedChange {
            prior: Some(prior),
            config: planned.clone(),
            planned,
            replace: Default::default(),
            diagnostics: Default::default(),
        };
        Cluster::customize_plan(&mut change);
        change
    }

    #[test]
    fn encryption_cannot_be_taken_away() {
        let encrypted = Object::new().with("encryption_config", vec![Object::new().with("resources", vec!["secrets"])]);
        let plain = Object::new().with("encryption_config", Vec::<Object>::new());
        assert!(update(encrypted.clone(), plain.clone()).replace.contains(&Path::attr("encryption_config")));
        assert!(update(plain, encrypted).replace.is_empty());
    }

    #[test]
    fn auto_mode_is_all_or_nothing() {
        let half = Object::new().with("compute_config", vec![Object::new().with("enabled", true)]);
        assert!(update(half.clone(), half).diagnostics.has_errors());
    }
}
