//! `data "aws_eks_cluster"` and `data "aws_eks_clusters"`.

use super::cluster::Cluster;
use super::read;
use crate::aws::{Client, data};
use crate::provider::{DataSource, Object, Result};
use crate::schema::{Schema, list_of, map_of, set_of, string};
use crate::value::Type;

pub struct ClusterData;

impl DataSource for ClusterData {
    type Client = Client;
    const NAME: &'static str = "aws_eks_cluster";
    const ACTIONS: &'static [&'static str] = &["eks:DescribeCluster"];

    fn schema() -> Schema {
        let text = || string().computed();
        let texts = || Type::set(Type::String);
        let list = |object: Type| list_of(object).computed();
        let enabled = || Type::object([("enabled", Type::Bool)]);
        let cidrs = || Type::list(Type::object([("cidrs", texts())]));
        Schema::new(0)
            .attr(
                "access_config",
                list(Type::object([
                    ("authentication_mode", Type::String),
                    ("bootstrap_cluster_creator_admin_permissions", Type::Bool),
                ])),
            )
            .attr("arn", text())
            .attr("certificate_authority", list(Type::object([("data", Type::String)])))
            .attr("cluster_id", text())
            .attr(
                "compute_config",
                list(Type::object([("enabled", Type::Bool), ("node_pools", texts()), ("node_role_arn", Type::String)])),
            )
            .attr("created_at", text())
            .attr("enabled_cluster_log_types", set_of(Type::String).computed())
            .attr("endpoint", text())
            .attr("id", string().optional().computed())
            .attr("identity", list(Type::object([("oidc", Type::list(Type::object([("issuer", Type::String)])))])))
            .attr(
                "kubernetes_network_config",
                list(Type::object([
                    ("elastic_load_balancing", Type::list(enabled())),
                    ("ip_family", Type::String),
                    ("service_ipv4_cidr", Type::String),
                    ("service_ipv6_cidr", Type::String),
                ])),
            )
            .attr("name", string().required().check(read::cluster_name))
            .attr(
                "outpost_config",
                list(Type::object([
                    ("control_plane_instance_type", Type::String),
                    ("control_plane_placement", Type::list(Type::object([("group_name", Type::String)]))),
                    ("outpost_arns", texts()),
                ])),
            )
            .attr("platform_version", text())
            .attr(
                "remote_network_config",
                list(Type::object([("remote_node_networks", cidrs()), ("remote_pod_networks", cidrs())])),
            )
            .attr("role_arn", text())
            .attr("status", text())
            .attr("storage_config", list(Type::object([("block_storage", Type::list(enabled()))])))
            .attr("tags", map_of(Type::String).optional().computed())
            .attr("upgrade_policy", list(Type::object([("support_type", Type::String)])))
            .attr("version", text())
            .attr(
                "vpc_config",
                list(Type::object([
                    ("cluster_security_group_id", Type::String),
                    ("endpoint_private_access", Type::Bool),
                    ("endpoint_public_access", Type::Bool),
                    ("public_access_cidrs", texts()),
                    ("security_group_ids", texts()),
                    ("subnet_ids", texts()),
                    ("vpc_id", Type::String),
                ])),
            )
            .attr("zonal_shift_config", list(enabled()))
    }

    async fn read(client: &Client, config: &Object) -> Result<Object> {
        let object = data::existing::<Cluster>(client, config.str("name").unwrap_or_default()).await?;
        Ok(object.leaving_out(&["cluster_id"]))
    }
}

pub struct ClustersData;

impl DataSource for ClustersData {
    type Client = Client;
    const NAME: &'static str = "aws_eks_clusters";
    const ACTIONS: &'static [&'static str] = &["eks:ListClusters"];

    fn schema() -> Schema {
        Schema::new(0).attr("id", string().optional().computed()).attr("names", set_of(Type::String).computed())
    }

    async fn read(client: &Client, _config: &Object) -> Result<Object> {
        let mut names = Vec::new();
        let mut pages = client.eks().list_clusters().into_paginator().send();
        while let Some(page) = pages.next().await {
            names.extend(page?.clusters.unwrap_or_default());
        }
        Ok(Object::new().with("id", client.region()).with("names", names))
    }
}
