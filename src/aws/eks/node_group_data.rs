//! `data "aws_eks_node_group"` and `data "aws_eks_node_groups"`.

use super::node_group::NodeGroup;
use super::read;
use crate::aws::{Client, data};
use crate::provider::{DataSource, Error, Object, Result};
use crate::schema::{Schema, list_of, map_of, number, set_of, string};
use crate::value::{Type, Value};

pub struct NodeGroupData;

impl DataSource for NodeGroupData {
    type Client = Client;
    const NAME: &'static str = "aws_eks_node_group";
    const ACTIONS: &'static [&'static str] = &["eks:DescribeNodegroup"];

    fn schema() -> Schema {
        let text = || string().computed();
        let list = |object: Type| list_of(object).computed();
        Schema::new(0)
            .attr("ami_type", text())
            .attr("arn", text())
            .attr("capacity_type", text())
            .attr("cluster_name", string().required().check(read::cluster_name))
            .attr("disk_size", number().computed())
            .attr("id", string().optional().computed())
            .attr("instance_types", list_of(Type::String).computed())
            .attr("labels", map_of(Type::String).computed())
            .attr(
                "launch_template",
                list(Type::object([("id", Type::String), ("name", Type::String), ("version", Type::String)])),
            )
            .attr("node_group_name", string().required())
            .attr("node_role_arn", text())
            .attr("release_version", text())
            .attr(
                "remote_access",
                list(Type::object([
                    ("ec2_ssh_key", Type::String),
                    ("source_security_group_ids", Type::set(Type::String)),
                ])),
            )
            .attr(
                "resources",
                list(Type::object([
                    ("autoscaling_groups", Type::list(Type::object([("name", Type::String)]))),
                    ("remote_access_security_group_id", Type::String),
                ])),
            )
            .attr(
                "scaling_config",
                list(Type::object([
                    ("desired_size", Type::Number),
                    ("max_size", Type::Number),
                    ("min_size", Type::Number),
                ])),
            )
            .attr("status", text())
            .attr("subnet_ids", set_of(Type::String).computed())
            .attr("tags", map_of(Type::String).optional().computed())
            .attr(
                "taints",
                list(Type::object([("effect", Type::String), ("key", Type::String), ("value", Type::String)])),
            )
            .attr("version", text())
    }

    async fn read(client: &Client, config: &Object) -> Result<Object> {
        let part = |name: &str| config.string(name).unwrap_or_default();
        let id = format!("{}:{}", part("cluster_name"), part("node_group_name"));
        let mut object = data::existing::<NodeGroup>(client, &id).await?;
        let taints = object.get("taint").cloned();
        object.set("taints", taints.unwrap_or_else(|| Value::tuple(Vec::new())));
        Ok(object)
    }
}

pub struct NodeGroupsData;

impl DataSource for NodeGroupsData {
    type Client = Client;
    const NAME: &'static str = "aws_eks_node_groups";
    const ACTIONS: &'static [&'static str] = &["eks:ListNodegroups"];

    fn schema() -> Schema {
        Schema::new(0)
            .attr("cluster_name", string().required().check(read::cluster_name))
            .attr("id", string().optional().computed())
            .attr("names", set_of(Type::String).computed())
    }

    async fn read(client: &Client, config: &Object) -> Result<Object> {
        let cluster = config.string("cluster_name").unwrap_or_default();
        let mut names = Vec::new();
        let mut pages = client.eks().list_nodegroups().cluster_name(&cluster).into_paginator().send();
        while let Some(page) = pages.next().await {
            let page = read::unless_gone(page)?;
            let page = page.ok_or_else(|| Error::not_found(format!("there is no cluster \"{cluster}\"")))?;
            names.extend(page.nodegroups.unwrap_or_default());
        }
        Ok(Object::new().with("cluster_name", cluster.as_str()).with("id", cluster).with("names", names))
    }
}
