//! Data sources that name what matches: `aws_vpcs`, `aws_subnets`, `aws_security_groups`, `aws_route_tables`, `aws_network_acls`

use super::{Filters, filter_block};
use crate::aws::Client;
use crate::aws::ec2::read::arn;
use crate::provider::{DataSource, Object, Result};
use crate::schema::{Schema, list_of, map_of, string};
use crate::value::Type;

fn schema() -> Schema {
    Schema::new(0)
        .attr("id", string().optional().computed())
        .attr("ids", list_of(Type::String).computed())
        .attr("tags", map_of(Type::String).optional().computed())
        .block("filter", filter_block())
        .timeouts(&["read"])
}

fn named(client: &Client, config: &Object, ids: Vec<String>) -> Object {
    config.clone().with("id", client.region()).with("ids", ids)
}

pub struct Vpcs;

impl DataSource for Vpcs {
    type Client = Client;
    const NAME: &'static str = "aws_vpcs";
    const ACTIONS: &'static [&'static str] = &["ec2:DescribeVpcs"];

    fn schema() -> Schema {
        schema()
    }

    async fn read(client: &Client, config: &Object) -> Result<Object> {
        let call = client.ec2().describe_vpcs().set_filters(Filters::of(config, "tags").list());
        let all: Vec<_> = call.into_paginator().items().send().try_collect().await?;
        Ok(named(client, config, all.into_iter().filter_map(|v| v.vpc_id).collect()))
    }
}

pub struct Subnets;

impl DataSource for Subnets {
    type Client = Client;
    const NAME: &'static str = "aws_subnets";
    const ACTIONS: &'static [&'static str] = &["ec2:DescribeSubnets"];

    fn schema() -> Schema {
        schema()
    }

    async fn read(client: &Client, config: &Object) -> Result<Object> {
        let call = client.ec2().describe_subnets().set_filters(Filters::of(config, "tags").list());
        let all: Vec<_> = call.into_paginator().items().send().try_collect().await?;
        Ok(named(client, config, all.into_iter().filter_map(|s| s.subnet_id).collect()))
    }
}

pub struct SecurityGroups;

impl DataSource for SecurityGroups {
    type Client = Client;
    const NAME: &'static str = "aws_security_groups";
    const ACTIONS: &'static [&'static str] = &["ec2:DescribeSecurityGroups"];

    fn schema() -> Schema {
        schema().attr("arns", list_of(Type::String).computed()).attr("vpc_ids", list_of(Type::String).computed())
    }

    async fn read(client: &Client, config: &Object) -> Result<Object> {
        let call = client.ec2().describe_security_groups().set_filters(Filters::of(config, "tags").list());
        let all: Vec<_> = call.into_paginator().items().send().try_collect().await?;
        let (mut ids, mut arns, mut vpcs) = (Vec::new(), Vec::new(), Vec::new());
        for group in all {
            let id = group.group_id.unwrap_or_default();
            arns.push(arn(client, group.owner_id.as_deref(), &format!("security-group/{id}")));
            vpcs.push(group.vpc_id.unwrap_or_default());
            ids.push(id);
        }
        Ok(named(client, config, ids).with("arns", arns).with("vpc_ids", vpcs))
    }
}

pub struct RouteTables;

impl DataSource for RouteTables {
    type Client = Client;
    const NAME: &'static str = "aws_route_tables";
    const ACTIONS: &'static [&'static str] = &["ec2:DescribeRouteTables"];

    fn schema() -> Schema {
        schema().attr("vpc_id", string().optional())
    }

    async fn read(client: &Client, config: &Object) -> Result<Object> {
        let filters = Filters::of(config, "tags").with(config, &[("vpc_id", "vpc-id")]);
        let call = client.ec2().describe_route_tables().set_filters(filters.list());
        let all: Vec<_> = call.into_paginator().items().send().try_collect().await?;
        Ok(named(client, config, all.into_iter().filter_map(|t| t.route_table_id).collect()))
    }
}

pub struct NetworkAcls;

impl DataSource for NetworkAcls {
    type Client = Client;
    const NAME: &'static str = "aws_network_acls";
    const ACTIONS: &'static [&'static str] = &["ec2:DescribeNetworkAcls"];

    fn schema() -> Schema {
        schema().attr("vpc_id", string().optional())
    }

    async fn read(client: &Client, config: &Object) -> Result<Object> {
        let filters = Filters::of(config, "tags").with(config, &[("vpc_id", "vpc-id")]);
        let call = client.ec2().describe_network_acls().set_filters(filters.list());
        let all: Vec<_> = call.into_paginator().items().send().try_collect().await?;
        Ok(named(client, config, all.into_iter().filter_map(|a| a.network_acl_id).collect()))
    }
}
