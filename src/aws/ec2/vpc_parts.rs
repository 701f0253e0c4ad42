//! What AWS makes with each VPC and what only calls of their own tell: defaults and switches.

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{Filter, NetworkAcl, RouteTable, SecurityGroup, VpcAttributeName};

use super::tags::filter;
use crate::aws::Client;
use crate::provider::{Error, Result};

/// Default objects by VPC.
#[derive(Default)]
pub struct Parts {
    pub security_groups: BTreeMap<String, String>,
    pub network_acls: BTreeMap<String, String>,
    pub route_tables: BTreeMap<String, String>,
}

/// Attributes that DescribeVpcs leaves out.
pub struct Switches {
    pub dns_support: bool,
    pub dns_hostnames: bool,
    pub usage_metrics: bool,
}

/// The default objects of some VPCs: one call of each kind.
pub async fn read(client: &Client, vpcs: &[String]) -> Result<Parts> {
    if vpcs.is_empty() {
        return Ok(Parts::default());
    }
    let of = |name: &str, value: &str| Some(vec![filter("vpc-id", vpcs), filter(name, [value])]);
    let (security_groups, network_acls, route_tables) = tokio::try_join!(
        security_groups(client, of("group-name", "default")),
        network_acls(client, of("default", "true")),
        route_tables(client, of("association.main", "true")),
    )?;
    Ok(Parts { security_groups, network_acls, route_tables })
}

async fn security_groups(client: &Client, filters: Option<Vec<Filter>>) -> Result<BTreeMap<String, String>> {
    let pages = client.ec2().describe_security_groups().set_filters(filters).into_paginator().items().send();
    let all: Vec<SecurityGroup> = pages.try_collect().await?;
    Ok(all.into_iter().filter_map(|g| Some((g.vpc_id?, g.group_id?))).collect())
}

async fn network_acls(client: &Client, filters: Option<Vec<Filter>>) -> Result<BTreeMap<String, String>> {
    let pages = client.ec2().describe_network_acls().set_filters(filters).into_paginator().items().send();
    let all: Vec<NetworkAcl> = pages.try_collect().await?;
    Ok(all.into_iter().filter_map(|a| Some((a.vpc_id?, a.network_acl_id?))).collect())
}

async fn route_tables(client: &Client, filters: Option<Vec<Filter>>) -> Result<BTreeMap<String, String>> {
    let pages = client.ec2().describe_route_tables().set_filters(filters).into_paginator().items().send();
    let all: Vec<RouteTable> = pages.try_collect().await?;
    Ok(all.into_iter().filter_map(|t| Some((t.vpc_id?, t.route_table_id?))).collect())
}

/// The switches of one VPC. The API tells one of one VPC a call.
pub async fn switches(client: &Client, vpc: &str) -> Result<Switches> {
    let ask = |name: VpcAttributeName| async {
        let call = client.ec2().describe_vpc_attribute().vpc_id(vpc).attribute(name);
        call.send().await.map_err(Error::from)
    };
    let (support, hostnames, metrics) = tokio::try_join!(
        ask(VpcAttributeName::EnableDnsSupport),
        ask(VpcAttributeName::EnableDnsHostnames),
        ask(VpcAttributeName::EnableNetworkAddressUsageMetrics),
    )?;
    Ok(Switches {
        dns_support: support.enable_dns_support.and_then(|v| v.value).unwrap_or_default(),
        dns_hostnames: hostnames.enable_dns_hostnames.and_then(|v| v.value).unwrap_or_default(),
        usage_metrics: metrics.enable_network_address_usage_metrics.and_then(|v| v.value).unwrap_or_default(),
    })
}
