//! Updates of a cluster: EKS takes one kind at a time, and the next when it has ended.

use aws_sdk_eks::operation::update_cluster_config::builders::UpdateClusterConfigFluentBuilder;
use aws_sdk_eks::types::{AuthenticationMode, UpdateAccessConfigRequest, VpcConfigRequest};

use super::updates::{Subject, finished};
use super::{cluster, cluster_blocks as blocks};
use crate::aws::Client;
use crate::provider::{Object, Result};
use crate::value::Value;

/// Brings a cluster from its live object to `want`, the version first.
pub async fn update(client: &Client, name: &str, live: &Object, want: &Object) -> Result<()> {
    if differs(live, want, "version")
        && let Some(version) = want.string("version")
    {
        let force = want.bool("force_update_version").unwrap_or_default();
        let call = client.eks().update_cluster_version().name(name).version(version).force(force);
        finished(client, &Subject::cluster(name), call.send().await?.update).await?;
    }
    let mode = |o: &Object| o.object("access_config").and_then(|a| a.string("authentication_mode"));
    if let Some(mode) = mode(want).filter(|new| mode(live).as_ref() != Some(new)) {
        let access = UpdateAccessConfigRequest::builder().authentication_mode(AuthenticationMode::from(mode.as_str()));
        config(client, name, |call| call.access_config(access.build())).await?;
    }
    if auto_mode(live) != auto_mode(want) {
        config(client, name, |call| {
            // Addresses of services cannot change: EKS refuses them here even if they are the same.
            let balancing = blocks::kubernetes_network_config(want).map(|mut network| {
                network.service_ipv4_cidr = None;
                network.ip_family = None;
                network
            });
            call.set_compute_config(blocks::compute_config(want))
                .set_kubernetes_network_config(balancing)
                .set_storage_config(blocks::storage_config(want))
        })
        .await?;
    }
    if live.object("encryption_config").is_none()
        && let Some(encryption) = blocks::encryption_config(want)
    {
        let call = client.eks().associate_encryption_config().cluster_name(name);
        let answer = call.set_encryption_config(Some(encryption)).send().await?;
        finished(client, &Subject::cluster(name), answer.update).await?;
    }
    let logs = |o: &Object| sorted(o.strings("enabled_cluster_log_types"));
    if logs(live) != logs(want) {
        config(client, name, |call| call.logging(blocks::logging(&logs(want)))).await?;
    }
    let support = |o: &Object| o.object("upgrade_policy").and_then(|u| u.string("support_type"));
    if support(want).is_some() && support(live) != support(want) {
        config(client, name, |call| call.set_upgrade_policy(cluster::upgrade_policy(want))).await?;
    }
    vpc(client, name, live, want).await?;
    let shift = |o: &Object| o.object("zonal_shift_config").and_then(|z| z.bool("enabled")).unwrap_or_default();
    if shift(live) != shift(want) && want.object("zonal_shift_config").is_some() {
        config(client, name, |call| call.set_zonal_shift_config(cluster::zonal_shift(want))).await?;
    }
    Ok(())
}

/// Endpoint access, subnets and security groups are three kinds of update.
async fn vpc(client: &Client, name: &str, live: &Object, want: &Object) -> Result<()> {
    let (old, new) = (live.object("vpc_config").unwrap_or_default(), want.object("vpc_config").unwrap_or_default());
    let strings = |o: &Object, key: &str| sorted(o.strings(key));
    let request = VpcConfigRequest::builder;
    let cidrs = strings(&new, "public_access_cidrs");
    let access = ["endpoint_private_access", "endpoint_public_access"];
    let other_cidrs = !cidrs.is_empty() && cidrs != strings(&old, "public_access_cidrs");
    if other_cidrs || access.iter().any(|key| old.bool(key) != new.bool(key)) {
        let vpc = request()
            .set_endpoint_private_access(new.bool("endpoint_private_access"))
            .set_endpoint_public_access(new.bool("endpoint_public_access"))
            .set_public_access_cidrs((!cidrs.is_empty()).then_some(cidrs));
        config(client, name, |call| call.resources_vpc_config(vpc.build())).await?;
    }
    let subnets = strings(&new, "subnet_ids");
    if subnets != strings(&old, "subnet_ids") {
        let vpc = request().set_subnet_ids(Some(subnets));
        config(client, name, |call| call.resources_vpc_config(vpc.build())).await?;
    }
    let groups = strings(&new, "security_group_ids");
    if groups != strings(&old, "security_group_ids") {
        let vpc = request().set_security_group_ids(Some(groups));
        config(client, name, |call| call.resources_vpc_config(vpc.build())).await?;
    }
    Ok(())
}

async fn config(
    client: &Client,
    name: &str,
    with: impl FnOnce(UpdateClusterConfigFluentBuilder) -> UpdateClusterConfigFluentBuilder,
) -> Result<()> {
    let answer = with(client.eks().update_cluster_config().name(name)).send().await?;
    finished(client, &Subject::cluster(name), answer.update).await
}

type AutoMode = (bool, Vec<String>, Option<String>, bool, bool);

/// What belongs to auto mode; parts that are away are off.
fn auto_mode(object: &Object) -> AutoMode {
    let compute = object.object("compute_config").unwrap_or_default();
    let nested = |block: &str, inner: &str| object.object(block)?.object(inner)?.bool("enabled");
    (
        compute.bool("enabled").unwrap_or_default(),
        sorted(compute.strings("node_pools")),
        compute.string("node_role_arn"),
        nested("kubernetes_network_config", "elastic_load_balancing").unwrap_or_default(),
        nested("storage_config", "block_storage").unwrap_or_default(),
    )
}

fn differs(a: &Object, b: &Object, key: &str) -> bool {
    a.get(key).and_then(Value::as_str) != b.get(key).and_then(Value::as_str)
}

fn sorted(mut items: Vec<String>) -> Vec<String> {
    items.sort();
    items
}
