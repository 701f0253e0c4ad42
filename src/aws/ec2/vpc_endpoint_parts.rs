//! What belongs to VPC endpoints and stands elsewhere: prefix lists, network interfaces, the service that accepts.

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{NetworkInterface, PrefixList};

use super::read::FILTER_VALUES;
use super::tags::filter;
use crate::aws::Client;
use crate::provider::{Error, Object, Result};

/// Prefix lists of services, by the name of the service.
pub async fn prefix_lists<'a>(
    client: &Client,
    services: impl Iterator<Item = &'a str>,
) -> Result<BTreeMap<String, PrefixList>> {
    let mut services: Vec<&str> = services.collect();
    services.sort_unstable();
    services.dedup();
    let mut lists = BTreeMap::new();
    for some in services.chunks(FILTER_VALUES) {
        let call = client.ec2().describe_prefix_lists().filters(filter("prefix-list-name", some.iter().copied()));
        let all: Vec<PrefixList> = call.into_paginator().items().send().try_collect().await?;
        lists.extend(all.into_iter().filter_map(|l| Some((l.prefix_list_name.clone()?, l))));
    }
    Ok(lists)
}

/// Network interfaces by id.
pub async fn interfaces<'a>(
    client: &Client,
    ids: impl Iterator<Item = &'a String>,
) -> Result<BTreeMap<String, NetworkInterface>> {
    let ids: Vec<&String> = ids.collect();
    let mut interfaces = BTreeMap::new();
    for some in ids.chunks(FILTER_VALUES) {
        let filter = filter("network-interface-id", some.iter().copied());
        let call = client.ec2().describe_network_interfaces().filters(filter);
        let all: Vec<NetworkInterface> = call.into_paginator().items().send().try_collect().await?;
        interfaces.extend(all.into_iter().filter_map(|i| Some((i.network_interface_id.clone()?, i))));
    }
    Ok(interfaces)
}

/// The addresses that an endpoint has in one subnet.
pub fn subnet(interface: &NetworkInterface) -> Object {
    Object::new()
        .with("ipv4", interface.private_ip_address.clone().unwrap_or_default())
        .with("ipv6", interface.ipv6_address.clone().unwrap_or_default())
        .with("subnet_id", interface.subnet_id.clone().unwrap_or_default())
}

/// Accepts an endpoint on the side of its service, which must be in the same account.
pub async fn accept(client: &Client, endpoint: &str, service: &str) -> Result<()> {
    let call = client.ec2().describe_vpc_endpoint_service_configurations();
    let answer = call.filters(filter("service-name", [service])).send().await?;
    let services = answer.service_configurations.unwrap_or_default();
    let service_id = services.into_iter().find_map(|s| s.service_id).ok_or_else(|| {
        Error::not_found(format!("the service \"{service}\" is not of this account")).hint("Leave auto_accept out.")
    })?;
    let call = client.ec2().accept_vpc_endpoint_connections().service_id(service_id);
    let answer = call.vpc_endpoint_ids(endpoint).send().await?;
    match answer.unsuccessful.unwrap_or_default().into_iter().find_map(|u| u.error) {
        Some(why) => Err(Error::other(why.message.unwrap_or_default())),
        None => Ok(()),
    }
}
