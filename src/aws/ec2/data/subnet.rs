//! `data.aws_subnet`

use aws_sdk_ec2::types::Subnet as Live;

use super::{Filters, filter_block, like_the_resource, listed, one, or_none};
use crate::aws::Client;
use crate::aws::ec2::subnet::object;
use crate::provider::{DataSource, Error, Object, Result};
use crate::schema::{Schema, boolean, map_of, number, string};
use crate::value::Type;

pub struct Subnet;

impl DataSource for Subnet {
    type Client = Client;
    const NAME: &'static str = "aws_subnet";
    const ACTIONS: &'static [&'static str] = &["ec2:DescribeSubnets"];

    fn schema() -> Schema {
        Schema::new(0)
            .attr("arn", string().computed())
            .attr("assign_ipv6_address_on_creation", boolean().computed())
            .attr("availability_zone", string().optional().computed())
            .attr("availability_zone_id", string().optional().computed())
            .attr("available_ip_address_count", number().computed())
            .attr("cidr_block", string().optional().computed())
            .attr("customer_owned_ipv4_pool", string().computed())
            .attr("default_for_az", boolean().optional().computed())
            .attr("enable_dns64", boolean().computed())
            .attr("enable_lni_at_device_index", number().computed())
            .attr("enable_resource_name_dns_a_record_on_launch", boolean().computed())
            .attr("enable_resource_name_dns_aaaa_record_on_launch", boolean().computed())
            .attr("id", string().optional().computed())
            .attr("ipv6_cidr_block", string().optional().computed())
            .attr("ipv6_cidr_block_association_id", string().computed())
            .attr("ipv6_native", boolean().computed())
            .attr("map_customer_owned_ip_on_launch", boolean().computed())
            .attr("map_public_ip_on_launch", boolean().computed())
            .attr("outpost_arn", string().computed())
            .attr("owner_id", string().computed())
            .attr("private_dns_hostname_type_on_launch", string().computed())
            .attr("state", string().optional().computed())
            .attr("tags", map_of(Type::String).optional().computed())
            .attr("vpc_id", string().optional().computed())
            .block("filter", filter_block())
            .timeouts(&["read"])
    }

    async fn read(client: &Client, config: &Object) -> Result<Object> {
        let arguments = [
            ("availability_zone", "availabilityZone"),
            ("availability_zone_id", "availabilityZoneId"),
            ("cidr_block", "cidrBlock"),
            ("default_for_az", "defaultForAz"),
            ("ipv6_cidr_block", "ipv6-cidr-block-association.ipv6-cidr-block"),
            ("state", "state"),
            ("vpc_id", "vpc-id"),
        ];
        let filters = Filters::of(config, "tags").with(config, &arguments);
        let call = client.ec2().describe_subnets().set_filters(filters.list()).set_subnet_ids(listed(config, "id"));
        let found: Result<Vec<Live>> = call.into_paginator().items().send().try_collect().await.map_err(Error::from);
        let subnet = one(or_none(found)?, "EC2 subnet")?;
        let live = object(&subnet)
            .with("available_ip_address_count", subnet.available_ip_address_count)
            .with("default_for_az", subnet.default_for_az)
            .with("state", subnet.state.as_ref().map(|s| s.as_str()));
        Ok(like_the_resource(client, config, live))
    }
}
