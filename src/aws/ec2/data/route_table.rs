//! `data.aws_route_table`

use aws_sdk_ec2::types::{Route, RouteOrigin, RouteTable as Live, RouteTableAssociation};

use super::{Filters, completed, filter_block, one, shown_tags};
use crate::aws::Client;
use crate::aws::ec2::read::arn;
use crate::aws::ec2::route_tables::{TARGETS, targets};
use crate::provider::{DataSource, Error, Object, Result};
use crate::schema::{Schema, list_of, map_of, string};
use crate::value::Type;

pub struct RouteTable;

const DESTINATIONS: [&str; 3] = ["cidr_block", "destination_prefix_list_id", "ipv6_cidr_block"];

const ARGUMENTS: [(&str, &str); 4] = [
    ("route_table_id", "route-table-id"),
    ("vpc_id", "vpc-id"),
    ("subnet_id", "association.subnet-id"),
    ("gateway_id", "association.gateway-id"),
];

impl DataSource for RouteTable {
    type Client = Client;
    const NAME: &'static str = "aws_route_table";
    const ACTIONS: &'static [&'static str] = &["ec2:DescribeRouteTables"];

    fn schema() -> Schema {
        let association = ["gateway_id", "route_table_association_id", "route_table_id", "subnet_id"];
        let association = association.map(|name| (name, Type::String)).into_iter().chain([("main", Type::Bool)]);
        let route = DESTINATIONS.iter().chain(&TARGETS).chain(&["instance_id"]).map(|name| (*name, Type::String));
        Schema::new(0)
            .attr("arn", string().computed())
            .attr("associations", list_of(Type::object(association)).computed())
            .attr("gateway_id", string().optional().computed())
            .attr("id", string().optional().computed())
            .attr("owner_id", string().computed())
            .attr("route_table_id", string().optional().computed())
            .attr("routes", list_of(Type::object(route)).computed())
            .attr("subnet_id", string().optional().computed())
            .attr("tags", map_of(Type::String).optional().computed())
            .attr("vpc_id", string().optional().computed())
            .block("filter", filter_block())
            .timeouts(&["read"])
    }

    async fn read(client: &Client, config: &Object) -> Result<Object> {
        let filters = Filters::of(config, "tags").with(config, &ARGUMENTS).list().ok_or_else(|| {
            Error::other(
                "a route table must be named: set route_table_id, vpc_id, subnet_id, gateway_id, tags or a filter",
            )
        })?;
        let call = client.ec2().describe_route_tables().set_filters(Some(filters));
        let all: Vec<Live> = call.into_paginator().items().send().try_collect().await?;
        let table = one(all, "EC2 route table")?;
        let id = table.route_table_id.clone().unwrap_or_default();
        let associations = table.associations.iter().flatten().map(association).collect::<Vec<_>>();
        let live = Object::new()
            .with("arn", arn(client, table.owner_id.as_deref(), &format!("route-table/{id}")))
            .with("associations", associations)
            .with("owner_id", table.owner_id.clone())
            .with("route_table_id", id.as_str())
            .with("routes", table.routes.iter().flatten().filter_map(route).collect::<Vec<_>>())
            .with("tags", shown_tags(client, table.tags.as_ref()))
            .with("vpc_id", table.vpc_id.clone())
            .with("id", id);
        Ok(completed(config, live).leaving_out(&["gateway_id"]))
    }
}

fn association(association: &RouteTableAssociation) -> Object {
    let text = |v: &Option<String>| v.clone().unwrap_or_default();
    Object::new()
        .with("gateway_id", text(&association.gateway_id))
        .with("main", association.main.unwrap_or_default())
        .with("route_table_association_id", text(&association.route_table_association_id))
        .with("route_table_id", text(&association.route_table_id))
        .with("subnet_id", text(&association.subnet_id))
}

/// A route that somebody made: not those within the VPC, of propagation, and of gateway endpoints.
fn route(route: &Route) -> Option<Object> {
    let gateway = route.gateway_id.as_deref().unwrap_or_default();
    let endpoint = route.destination_prefix_list_id.is_some() && gateway.starts_with("vpce-");
    if gateway == "local" || endpoint || route.origin == Some(RouteOrigin::EnableVgwRoutePropagation) {
        return None;
    }
    let text = |v: &Option<String>| v.clone().unwrap_or_default();
    Some(
        targets(route)
            .with("cidr_block", text(&route.destination_cidr_block))
            .with("destination_prefix_list_id", text(&route.destination_prefix_list_id))
            .with("instance_id", text(&route.instance_id))
            .with("ipv6_cidr_block", text(&route.destination_ipv6_cidr_block)),
    )
}
