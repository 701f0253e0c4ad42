//! Route tables as `aws_route_table`, `aws_route` and `aws_route_table_association` share them: one read for all.

use std::collections::BTreeMap;
use std::net::Ipv6Addr;
use std::sync::Arc;

use aws_sdk_ec2::types::{Route, RouteTable};
use ipnet::IpNet;

use super::read::FILTER_VALUES;
use super::tags::filter;
use crate::aws::Client;
use crate::provider::{Object, Result};

/// Arguments of a route that say where to, with the API's own order.
pub const TARGETS: [&str; 10] = [
    "carrier_gateway_id",
    "core_network_arn",
    "egress_only_gateway_id",
    "gateway_id",
    "local_gateway_id",
    "nat_gateway_id",
    "network_interface_id",
    "transit_gateway_id",
    "vpc_endpoint_id",
    "vpc_peering_connection_id",
];

/// Tables by id; those that do not exist are left out.
pub async fn load(client: &Client, ids: &[String]) -> Result<BTreeMap<String, Arc<RouteTable>>> {
    client
        .load("ec2:route-tables", ids, |ids| async move {
            let mut tables = BTreeMap::new();
            for some in ids.chunks(FILTER_VALUES) {
                tables.extend(describe(client, "route-table-id", some).await?);
            }
            Ok(tables)
        })
        .await
}

/// Tables that one filter lets through.
pub async fn describe(client: &Client, name: &str, values: &[String]) -> Result<BTreeMap<String, RouteTable>> {
    let pages = client.ec2().describe_route_tables().filters(filter(name, values)).into_paginator().items().send();
    let all: Vec<RouteTable> = pages.try_collect().await?;
    Ok(all.into_iter().filter_map(|t| Some((t.route_table_id.clone()?, t))).collect())
}

/// The destination of a live route.
pub fn destination(route: &Route) -> &str {
    let all = [&route.destination_cidr_block, &route.destination_ipv6_cidr_block, &route.destination_prefix_list_id];
    all.into_iter().find_map(|d| d.as_deref()).unwrap_or_default()
}

/// Whether two destinations are the same network or prefix list.
pub fn same_destination(a: &str, b: &str) -> bool {
    a == b
        || match (a.parse::<IpNet>(), b.parse::<IpNet>()) {
            (Ok(a), Ok(b)) => a.trunc() == b.trunc(),
            _ => false,
        }
}

/// Targets of a live route as the arguments that set them.
pub fn targets(route: &Route) -> Object {
    let text = |v: &Option<String>| v.clone().unwrap_or_default();
    let gateway = text(&route.gateway_id);
    // The API answers an endpoint as a gateway.
    let (gateway, endpoint) =
        if gateway.starts_with("vpce-") { (String::new(), gateway) } else { (gateway, String::new()) };
    Object::new()
        .with("carrier_gateway_id", text(&route.carrier_gateway_id))
        .with("core_network_arn", text(&route.core_network_arn))
        .with("egress_only_gateway_id", text(&route.egress_only_internet_gateway_id))
        .with("gateway_id", gateway)
        .with("local_gateway_id", text(&route.local_gateway_id))
        .with("nat_gateway_id", text(&route.nat_gateway_id))
        .with("network_interface_id", text(&route.network_interface_id))
        .with("transit_gateway_id", text(&route.transit_gateway_id))
        .with("vpc_endpoint_id", endpoint)
        .with("vpc_peering_connection_id", text(&route.vpc_peering_connection_id))
}

/// The kind of a destination, by its text: which of the API's three arguments it goes to.
#[derive(Debug, PartialEq, Eq)]
pub enum Destination {
    V4(String),
    V6(String),
    PrefixList(String),
}

impl Destination {
    pub fn parse(text: &str) -> Self {
        match text {
            _ if text.starts_with("pl-") => Self::PrefixList(text.to_owned()),
            _ if text.contains(':') => Self::V6(text.to_owned()),
            _ => Self::V4(text.to_owned()),
        }
    }

    pub fn v4(&self) -> Option<String> {
        if let Self::V4(text) = self { Some(text.clone()) } else { None }
    }

    pub fn v6(&self) -> Option<String> {
        if let Self::V6(text) = self { Some(text.clone()) } else { None }
    }

    pub fn prefix_list(&self) -> Option<String> {
        if let Self::PrefixList(text) = self { Some(text.clone()) } else { None }
    }
}

/// The shortest spelling of an IPv6 network; any other text as it is.
pub fn canonical(text: &str) -> String {
    let parts = text.split_once('/').and_then(|(ip, length)| Some((ip.parse::<Ipv6Addr>().ok()?, length)));
    parts.map_or_else(|| text.to_owned(), |(ip, length)| format!("{ip}/{length}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn destinations_are_compared_as_networks() {
        assert!(same_destination("2001:DB8::/32", "2001:db8:0::/32"));
        assert!(!same_destination("10.0.0.0/8", "10.0.0.0/16"));
        assert!(same_destination("pl-1", "pl-1"));
        assert_eq!(Destination::parse("::/0").v6().as_deref(), Some("::/0"));
        assert_eq!(canonical("2001:DB8:0:0::/32"), "2001:db8::/32");
        assert_eq!(canonical("10.0.0.0/8"), "10.0.0.0/8");
    }
}
