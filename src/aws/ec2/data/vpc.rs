//! `data.aws_vpc`

use aws_sdk_ec2::types::{Tenancy, Vpc as Live, VpcCidrBlockAssociation};

use super::{Filters, completed, filter_block, listed, none, one, or_none, shown_tags};
use crate::aws::Client;
use crate::aws::ec2::read::arn;
use crate::aws::ec2::vpc_parts;
use crate::provider::{DataSource, Error, Object, Result};
use crate::schema::{Schema, boolean, list_of, map_of, string};
use crate::value::Type;

pub struct Vpc;

const WHAT: &str = "EC2 VPC";

impl DataSource for Vpc {
    type Client = Client;
    const NAME: &'static str = "aws_vpc";
    const ACTIONS: &'static [&'static str] =
        &["ec2:DescribeVpcs", "ec2:DescribeVpcAttribute", "ec2:DescribeRouteTables"];

    fn schema() -> Schema {
        let association = ["association_id", "cidr_block", "state"].map(|name| (name, Type::String));
        Schema::new(0)
            .attr("arn", string().computed())
            .attr("cidr_block", string().optional().computed())
            .attr("cidr_block_associations", list_of(Type::object(association)).computed())
            .attr("default", boolean().optional().computed())
            .attr("dhcp_options_id", string().optional().computed())
            .attr("enable_dns_hostnames", boolean().computed())
            .attr("enable_dns_support", boolean().computed())
            .attr("enable_network_address_usage_metrics", boolean().computed())
            .attr("id", string().optional().computed())
            .attr("instance_tenancy", string().computed())
            .attr("ipv6_association_id", string().computed())
            .attr("ipv6_cidr_block", string().computed())
            .attr("main_route_table_id", string().computed())
            .attr("owner_id", string().computed())
            .attr("state", string().optional().computed())
            .attr("tags", map_of(Type::String).optional().computed())
            .block("filter", filter_block())
            .timeouts(&["read"])
    }

    async fn read(client: &Client, config: &Object) -> Result<Object> {
        let arguments = [
            ("cidr_block", "cidr"),
            ("dhcp_options_id", "dhcp-options-id"),
            ("default", "isDefault"),
            ("state", "state"),
        ];
        let filters = Filters::of(config, "tags").with(config, &arguments);
        let call = client.ec2().describe_vpcs().set_filters(filters.list()).set_vpc_ids(listed(config, "id"));
        let found: Result<Vec<Live>> = call.into_paginator().items().send().try_collect().await.map_err(Error::from);
        let vpc = one(or_none(found)?, WHAT)?;
        let id = vpc.vpc_id.clone().unwrap_or_default();
        let (switches, tables) =
            tokio::try_join!(vpc_parts::switches(client, &id), vpc_parts::main_route_tables(client, vec![id.clone()]))?;
        let (_, switches) = switches.ok_or_else(|| none(WHAT))?;
        let associations = vpc.cidr_block_association_set.iter().flatten().map(association).collect::<Vec<_>>();
        let ipv6 = vpc.ipv6_cidr_block_association_set.as_ref().and_then(|all| all.first());
        let live = Object::new()
            .with("arn", arn(client, vpc.owner_id.as_deref(), &format!("vpc/{id}")))
            .with("cidr_block", vpc.cidr_block.clone())
            .with("cidr_block_associations", associations)
            .with("default", vpc.is_default)
            .with("dhcp_options_id", vpc.dhcp_options_id.clone())
            .with("enable_dns_hostnames", switches.dns_hostnames)
            .with("enable_dns_support", switches.dns_support)
            .with("enable_network_address_usage_metrics", switches.usage_metrics)
            .with("instance_tenancy", vpc.instance_tenancy.as_ref().map(Tenancy::as_str))
            .with("ipv6_association_id", ipv6.and_then(|a| a.association_id.clone()))
            .with("ipv6_cidr_block", ipv6.and_then(|a| a.ipv6_cidr_block.clone()))
            .with("main_route_table_id", tables.get(&id).cloned())
            .with("owner_id", vpc.owner_id.clone())
            .with("state", vpc.state.as_ref().map(|s| s.as_str()))
            .with("tags", shown_tags(client, vpc.tags.as_ref()))
            .with("id", id);
        Ok(completed(config, live))
    }
}

fn association(association: &VpcCidrBlockAssociation) -> Object {
    let state = association.cidr_block_state.as_ref().and_then(|s| s.state.as_ref());
    Object::new()
        .with("association_id", association.association_id.clone().unwrap_or_default())
        .with("cidr_block", association.cidr_block.clone().unwrap_or_default())
        .with("state", state.map_or("", |s| s.as_str()))
}
