//! Calls that write one route of a table.

use super::read::visible;
use super::route_tables::Destination;
use crate::aws::Client;
use crate::provider::{Error, Result};

/// Where a route sends what it matches: the argument that says so, and its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target<'a> {
    pub argument: &'a str,
    pub id: &'a str,
}

impl Target<'_> {
    fn of(&self, argument: &str) -> Option<String> {
        (self.argument == argument).then(|| self.id.to_owned())
    }
}

/// Adds a route. Gateways made a moment ago may not be known yet, so this is tried for some seconds.
pub async fn create(client: &Client, table: &str, to: &str, target: Target<'_>) -> Result<()> {
    let to = Destination::parse(to);
    visible(|| async {
        let call = client
            .ec2()
            .create_route()
            .route_table_id(table)
            .set_destination_cidr_block(to.v4())
            .set_destination_ipv6_cidr_block(to.v6())
            .set_destination_prefix_list_id(to.prefix_list())
            .set_carrier_gateway_id(target.of("carrier_gateway_id"))
            .set_core_network_arn(target.of("core_network_arn"))
            .set_egress_only_internet_gateway_id(target.of("egress_only_gateway_id"))
            .set_gateway_id(target.of("gateway_id"))
            .set_local_gateway_id(target.of("local_gateway_id"))
            .set_nat_gateway_id(target.of("nat_gateway_id"))
            .set_network_interface_id(target.of("network_interface_id"))
            .set_transit_gateway_id(target.of("transit_gateway_id"))
            .set_vpc_endpoint_id(target.of("vpc_endpoint_id"))
            .set_vpc_peering_connection_id(target.of("vpc_peering_connection_id"));
        call.send().await.map_err(Error::from)
    })
    .await?;
    Ok(())
}

/// Gives a route another target, without a moment in which there is none.
pub async fn replace(client: &Client, table: &str, to: &str, target: Target<'_>) -> Result<()> {
    let to = Destination::parse(to);
    // The VPC itself is no gateway to the API.
    let local = target.argument == "gateway_id" && target.id == "local";
    visible(|| async {
        let call = client
            .ec2()
            .replace_route()
            .route_table_id(table)
            .set_destination_cidr_block(to.v4())
            .set_destination_ipv6_cidr_block(to.v6())
            .set_destination_prefix_list_id(to.prefix_list())
            .set_carrier_gateway_id(target.of("carrier_gateway_id"))
            .set_core_network_arn(target.of("core_network_arn"))
            .set_egress_only_internet_gateway_id(target.of("egress_only_gateway_id"))
            .set_gateway_id(target.of("gateway_id").filter(|_| !local))
            .set_local_gateway_id(target.of("local_gateway_id"))
            .set_local_target(local.then_some(true))
            .set_nat_gateway_id(target.of("nat_gateway_id"))
            .set_network_interface_id(target.of("network_interface_id"))
            .set_transit_gateway_id(target.of("transit_gateway_id"))
            .set_vpc_endpoint_id(target.of("vpc_endpoint_id"))
            .set_vpc_peering_connection_id(target.of("vpc_peering_connection_id"));
        call.send().await.map_err(Error::from)
    })
    .await?;
    Ok(())
}

pub async fn delete(client: &Client, table: &str, to: &str) -> Result<()> {
    let to = Destination::parse(to);
    let call = client
        .ec2()
        .delete_route()
        .route_table_id(table)
        .set_destination_cidr_block(to.v4())
        .set_destination_ipv6_cidr_block(to.v6())
        .set_destination_prefix_list_id(to.prefix_list());
    match call.send().await {
        Ok(_) => Ok(()),
        Err(e) => Error::from(e).unless_not_found(),
    }
}
