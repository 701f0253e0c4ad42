//! `data.aws_vpc_endpoint`

use aws_sdk_ec2::types::VpcEndpoint as Live;

use super::{Filters, filter_block, like_the_resource, listed, one, or_none};
use crate::aws::Client;
use crate::aws::ec2::vpc_endpoint::object;
use crate::aws::ec2::vpc_endpoint_parts::prefix_lists;
use crate::provider::{DataSource, Error, Object, Result};
use crate::schema::{Schema, boolean, list_of, map_of, set_of, string};
use crate::value::Type;

pub struct VpcEndpoint;

impl DataSource for VpcEndpoint {
    type Client = Client;
    const NAME: &'static str = "aws_vpc_endpoint";
    const ACTIONS: &'static [&'static str] = &["ec2:DescribeVpcEndpoints", "ec2:DescribePrefixLists"];

    fn schema() -> Schema {
        let entry = Type::object([("dns_name", Type::String), ("hosted_zone_id", Type::String)]);
        let options = Type::object([
            ("dns_record_ip_type", Type::String),
            ("private_dns_only_for_inbound_resolver_endpoint", Type::Bool),
        ]);
        let ids = || set_of(Type::String).computed();
        Schema::new(0)
            .attr("arn", string().computed())
            .attr("cidr_blocks", list_of(Type::String).computed())
            .attr("dns_entry", list_of(entry).computed())
            .attr("dns_options", list_of(options).computed())
            .attr("id", string().optional().computed())
            .attr("ip_address_type", string().computed())
            .attr("network_interface_ids", ids())
            .attr("owner_id", string().computed())
            .attr("policy", string().computed())
            .attr("prefix_list_id", string().computed())
            .attr("private_dns_enabled", boolean().computed())
            .attr("requester_managed", boolean().computed())
            .attr("route_table_ids", ids())
            .attr("security_group_ids", ids())
            .attr("service_name", string().optional().computed())
            .attr("state", string().optional().computed())
            .attr("subnet_ids", ids())
            .attr("tags", map_of(Type::String).optional().computed())
            .attr("vpc_endpoint_type", string().computed())
            .attr("vpc_id", string().optional().computed())
            .block("filter", filter_block())
            .timeouts(&["read"])
    }

    async fn read(client: &Client, config: &Object) -> Result<Object> {
        let arguments = [("service_name", "service-name"), ("state", "vpc-endpoint-state"), ("vpc_id", "vpc-id")];
        let filters = Filters::of(config, "tags").with(config, &arguments);
        let call = client.ec2().describe_vpc_endpoints().set_filters(filters.list());
        let call = call.set_vpc_endpoint_ids(listed(config, "id"));
        let found: Result<Vec<Live>> = call.into_paginator().items().send().try_collect().await.map_err(Error::from);
        let endpoint = one(or_none(found)?, "EC2 VPC endpoint")?;
        let mut live = object(client, &endpoint);
        let lists = prefix_lists(client, endpoint.service_name.as_deref().into_iter()).await?;
        let list = endpoint.service_name.as_ref().and_then(|name| lists.get(name));
        live.set("cidr_blocks", list.and_then(|l| l.cidrs.clone()).unwrap_or_default());
        live.set("prefix_list_id", list.and_then(|l| l.prefix_list_id.clone()));
        // In the spelling of AWS, but without white space.
        let policy = live.str("policy").and_then(|text| serde_json::from_str::<serde_json::Value>(text).ok());
        if let Some(policy) = policy {
            live.set("policy", policy.to_string());
        }
        Ok(like_the_resource(client, config, live))
    }
}
