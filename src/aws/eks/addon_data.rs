//! `data "aws_eks_addon"` and `data "aws_eks_addon_version"`.

use super::addon::Addon;
use super::read;
use crate::aws::{Client, data};
use crate::provider::{DataSource, Error, Object, Result};
use crate::schema::{Schema, boolean, map_of, set_of, string};
use crate::value::Type;

pub struct AddonData;

impl DataSource for AddonData {
    type Client = Client;
    const NAME: &'static str = "aws_eks_addon";
    const ACTIONS: &'static [&'static str] = &["eks:DescribeAddon", "eks:DescribePodIdentityAssociation"];

    fn schema() -> Schema {
        let association = Type::object([("role_arn", Type::String), ("service_account", Type::String)]);
        Schema::new(0)
            .attr("addon_name", string().required())
            .attr("addon_version", string().computed())
            .attr("arn", string().computed())
            .attr("cluster_name", string().required().check(read::cluster_name))
            .attr("configuration_values", string().computed())
            .attr("created_at", string().computed())
            .attr("id", string().optional().computed())
            .attr("modified_at", string().computed())
            .attr("pod_identity_association", set_of(association).computed())
            .attr("service_account_role_arn", string().computed())
            .attr("tags", map_of(Type::String).optional().computed())
    }

    async fn read(client: &Client, config: &Object) -> Result<Object> {
        let part = |name: &str| config.string(name).unwrap_or_default();
        data::existing::<Addon>(client, &format!("{}:{}", part("cluster_name"), part("addon_name"))).await
    }
}

pub struct AddonVersionData;

impl DataSource for AddonVersionData {
    type Client = Client;
    const NAME: &'static str = "aws_eks_addon_version";
    const ACTIONS: &'static [&'static str] = &["eks:DescribeAddonVersions"];

    fn schema() -> Schema {
        Schema::new(0)
            .attr("addon_name", string().required())
            .attr("id", string().optional().computed())
            .attr("kubernetes_version", string().required().check(read::kubernetes_version))
            .attr("most_recent", boolean().optional())
            .attr("version", string().computed())
    }

    /// The versions of an addon come newest first.
    async fn read(client: &Client, config: &Object) -> Result<Object> {
        let part = |name: &str| config.string(name).unwrap_or_default();
        let (addon, kubernetes) = (part("addon_name"), part("kubernetes_version"));
        let newest = config.bool("most_recent") == Some(true);
        let call = client.eks().describe_addon_versions().addon_name(&addon).kubernetes_version(&kubernetes);
        let mut pages = call.into_paginator().send();
        while let Some(page) = pages.next().await {
            for version in
                page?.addons.unwrap_or_default().into_iter().flat_map(|a| a.addon_versions.unwrap_or_default())
            {
                let mut fits = version.compatibilities.iter().flatten();
                let fits = fits.any(|c| c.cluster_version.as_deref() == Some(&kubernetes) && c.default_version);
                if newest || fits {
                    return Ok(config.clone().with("id", addon).with("version", version.addon_version));
                }
            }
        }
        Err(Error::not_found(format!("there is no version of addon \"{addon}\" for Kubernetes {kubernetes}")))
    }
}
