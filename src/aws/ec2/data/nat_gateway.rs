//! `data.aws_nat_gateway`

use aws_sdk_ec2::types::NatGateway as Live;

use super::{Filters, filter_block, like_the_resource, listed, one, or_none};
use crate::aws::Client;
use crate::aws::ec2::nat_gateway::object;
use crate::provider::{DataSource, Error, Object, Result};
use crate::schema::{Schema, list_of, map_of, number, string};
use crate::value::Type;

pub struct NatGateway;

impl DataSource for NatGateway {
    type Client = Client;
    const NAME: &'static str = "aws_nat_gateway";
    const ACTIONS: &'static [&'static str] = &["ec2:DescribeNatGateways"];

    fn schema() -> Schema {
        Schema::new(0)
            .attr("allocation_id", string().computed())
            .attr("association_id", string().computed())
            .attr("connectivity_type", string().computed())
            .attr("id", string().optional().computed())
            .attr("network_interface_id", string().computed())
            .attr("private_ip", string().computed())
            .attr("public_ip", string().computed())
            .attr("secondary_allocation_ids", list_of(Type::String).computed())
            .attr("secondary_private_ip_address_count", number().computed())
            .attr("secondary_private_ip_addresses", list_of(Type::String).computed())
            .attr("state", string().optional().computed())
            .attr("subnet_id", string().optional().computed())
            .attr("tags", map_of(Type::String).optional().computed())
            .attr("vpc_id", string().optional().computed())
            .block("filter", filter_block())
            .timeouts(&["read"])
    }

    async fn read(client: &Client, config: &Object) -> Result<Object> {
        let arguments = [("state", "state"), ("subnet_id", "subnet-id"), ("vpc_id", "vpc-id")];
        let filters = Filters::of(config, "tags").with(config, &arguments);
        let call = client.ec2().describe_nat_gateways().set_filter(filters.list());
        let call = call.set_nat_gateway_ids(listed(config, "id"));
        let found: Result<Vec<Live>> = call.into_paginator().items().send().try_collect().await.map_err(Error::from);
        let gateway = one(or_none(found)?, "EC2 NAT gateway")?;
        let live = object(&gateway)
            .with("state", gateway.state.as_ref().map(|s| s.as_str()))
            .with("vpc_id", gateway.vpc_id.clone());
        Ok(like_the_resource(client, config, live))
    }
}
