//! What AWS makes with each VPC and what only calls of their own tell: defaults and switches.

use std::collections::BTreeMap;
use std::future::Future;

use aws_sdk_ec2::types::{Filter, NetworkAcl, RouteTable, SecurityGroup, VpcAttributeName};

use super::tags::filter;
use crate::aws::Client;
use crate::provider::{Error, Object, RemoteId, Result};

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

/// The default objects of some VPCs. AWS never deletes a default group or ACL while its VPC is there, so what is known of
/// them holds. Another main table may be chosen: the known one is read together with the route tables of the run.
pub async fn read(client: &Client, vpcs: &[String], prior: &BTreeMap<RemoteId, Object>) -> Result<Parts> {
    let known = |name: &'static str| {
        let part = move |vpc: &String| Some((vpc.clone(), prior.get(&RemoteId::from(vpc.as_str()))?.string(name)?));
        vpcs.iter().filter_map(part).collect::<BTreeMap<_, _>>()
    };
    let (security_groups, network_acls, route_tables) = tokio::try_join!(
        rest(vpcs, known("default_security_group_id"), |ids| {
            security_groups(client, filters(ids, "group-name", "default"))
        }),
        rest(vpcs, known("default_network_acl_id"), |ids| network_acls(client, filters(ids, "default", "true"))),
        async {
            let known = still_main(client, known("main_route_table_id")).await?;
            rest(vpcs, known, |ids| route_tables(client, filters(ids, "association.main", "true"))).await
        },
    )?;
    Ok(Parts { security_groups, network_acls, route_tables })
}

fn filters(vpcs: Vec<String>, name: &str, value: &str) -> Option<Vec<Filter>> {
    Some(vec![filter("vpc-id", vpcs), filter(name, [value])])
}

/// What is known, and what `fetch` tells of the other VPCs.
async fn rest<F: Future<Output = Result<BTreeMap<String, String>>>>(
    vpcs: &[String],
    mut known: BTreeMap<String, String>,
    fetch: impl FnOnce(Vec<String>) -> F,
) -> Result<BTreeMap<String, String>> {
    let open: Vec<String> = vpcs.iter().filter(|vpc| !known.contains_key(*vpc)).cloned().collect();
    if !open.is_empty() {
        known.extend(fetch(open).await?);
    }
    Ok(known)
}

/// Those of some tables that are still the main ones of their VPCs.
async fn still_main(client: &Client, known: BTreeMap<String, String>) -> Result<BTreeMap<String, String>> {
    if known.is_empty() {
        return Ok(known);
    }
    let ids: Vec<String> = known.values().cloned().collect();
    let tables = super::route_tables::load(client, &ids).await?;
    let is_main = |vpc: &str, table: &str| {
        tables.get(table).is_some_and(|t| {
            t.vpc_id.as_deref() == Some(vpc) && t.associations.iter().flatten().any(|a| a.main == Some(true))
        })
    };
    Ok(known.into_iter().filter(|(vpc, table)| is_main(vpc, table)).collect())
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

/// The main route tables of some VPCs.
pub async fn main_route_tables(client: &Client, vpcs: Vec<String>) -> Result<BTreeMap<String, String>> {
    route_tables(client, filters(vpcs, "association.main", "true")).await
}

/// The switches of one VPC, with its id; `None` where it does not exist. The API tells one of one VPC a call.
pub async fn switches(client: &Client, vpc: &str) -> Result<Option<(String, Switches)>> {
    let ask = |name: VpcAttributeName| async {
        let call = client.ec2().describe_vpc_attribute().vpc_id(vpc).attribute(name);
        call.send().await.map_err(Error::from)
    };
    let answers = tokio::try_join!(
        ask(VpcAttributeName::EnableDnsSupport),
        ask(VpcAttributeName::EnableDnsHostnames),
        ask(VpcAttributeName::EnableNetworkAddressUsageMetrics),
    );
    let (support, hostnames, metrics) = match answers {
        Ok(answers) => answers,
        Err(e) => return e.unless_not_found().map(|()| None),
    };
    let switches = Switches {
        dns_support: support.enable_dns_support.and_then(|v| v.value).unwrap_or_default(),
        dns_hostnames: hostnames.enable_dns_hostnames.and_then(|v| v.value).unwrap_or_default(),
        usage_metrics: metrics.enable_network_address_usage_metrics.and_then(|v| v.value).unwrap_or_default(),
    };
    Ok(Some((vpc.to_owned(), switches)))
}
