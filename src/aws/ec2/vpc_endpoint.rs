//! `aws_vpc_endpoint`

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ec2::types::{
    DnsOptionsSpecification, IpAddressType, ResourceType as Kind, SubnetConfiguration, VpcEndpoint as Live,
    VpcEndpointType,
};

use super::equality::{is_set, same};
use super::read::{arn, gone, texts};
use super::{tags, vpc_endpoint_parts as parts};
use crate::addr::Path;
use crate::aws::{Client, tags as all_tags, validate};
use crate::provider::{
    Actions, CreateCx, Deletion, Error, ErrorKind, Found, Intent, Object, PlannedChange, Readiness, RemoteId,
    ResourceType, Result, Timeouts,
};
use crate::schema::{Block, Normal, Schema, boolean, list_block, list_of, set_block, set_of, string};
use crate::value::{Type, Value};

pub struct VpcEndpoint;

/// Lists of ids that are changed by what is added and removed.
const LISTS: [&str; 3] = ["route_table_ids", "security_group_ids", "subnet_ids"];

impl ResourceType for VpcEndpoint {
    type Client = Client;
    const NAME: &'static str = "aws_vpc_endpoint";
    const READ_BATCH: usize = 200;
    const ACTIONS: Actions = Actions {
        read: &["ec2:DescribeVpcEndpoints", "ec2:DescribePrefixLists", "ec2:DescribeNetworkInterfaces"],
        create: &[
            "ec2:CreateVpcEndpoint",
            "ec2:AcceptVpcEndpointConnections",
            "ec2:DescribeVpcEndpointServiceConfigurations",
            "ec2:CreateTags",
            "ec2:DeleteTags",
        ],
        update: &[
            "ec2:ModifyVpcEndpoint",
            "ec2:AcceptVpcEndpointConnections",
            "ec2:DescribeVpcEndpointServiceConfigurations",
            "ec2:CreateTags",
            "ec2:DeleteTags",
        ],
        delete: &["ec2:DeleteVpcEndpoints"],
    };
    const DELETION: Deletion = Deletion::Polled;

    fn schema() -> Schema {
        let dns_entry = Type::object([("dns_name", Type::String), ("hosted_zone_id", Type::String)]);
        let dns_options = Block::new()
            .attr("dns_record_ip_type", string().optional().computed())
            .attr("private_dns_only_for_inbound_resolver_endpoint", boolean().optional());
        let subnet = Block::new()
            .attr("ipv4", string().optional())
            .attr("ipv6", string().optional())
            .attr("subnet_id", string().optional());
        let ids = || set_of(Type::String).optional().computed();
        Schema::new(0)
            .attr("arn", string().computed())
            .attr("auto_accept", boolean().optional())
            .attr("cidr_blocks", list_of(Type::String).computed())
            .attr("dns_entry", list_of(dns_entry).computed())
            .attr("id", string().optional().computed())
            .attr("ip_address_type", string().optional().computed().normal(Normal::CaseInsensitive))
            .attr("network_interface_ids", set_of(Type::String).computed())
            .attr("owner_id", string().computed())
            .attr("policy", string().optional().computed().normal(Normal::Policy).check(validate::json))
            .attr("prefix_list_id", string().computed())
            .attr("private_dns_enabled", boolean().optional().computed())
            .attr("requester_managed", boolean().computed())
            .attr("resource_configuration_arn", string().optional().force_new().check(validate::arn))
            .attr("route_table_ids", ids())
            .attr("security_group_ids", ids())
            .attr("service_name", string().optional().force_new())
            .attr("service_network_arn", string().optional().force_new().check(validate::arn))
            .attr("service_region", string().optional().computed().force_new())
            .attr("state", string().computed())
            .attr("subnet_ids", ids())
            .attr("vpc_endpoint_type", string().optional().force_new().default("Gateway").check(kind))
            .attr("vpc_id", string().required().force_new())
            .block("dns_options", list_block(dns_options).max(1).computed())
            .block("subnet_configuration", set_block(subnet).computed())
            .tags()
            .timeouts(&["create", "delete", "update"])
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        _prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let mut live = describe(client, texts(ids)).await?;
        live.retain(|e| !state(e).eq_ignore_ascii_case("deleted"));
        let mut found = gone(ids);
        let (prefix_lists, interfaces) = tokio::try_join!(
            parts::prefix_lists(client, live.iter().filter_map(|e| e.service_name.as_deref())),
            parts::interfaces(client, live.iter().flat_map(|e| e.network_interface_ids.iter().flatten())),
        )?;
        for endpoint in live {
            let mut object = object(client, &endpoint);
            let list = endpoint.service_name.as_ref().and_then(|name| prefix_lists.get(name));
            object
                .set("cidr_blocks", list.and_then(|l| l.cidrs.clone()).unwrap_or_default())
                .set("prefix_list_id", list.and_then(|l| l.prefix_list_id.clone()).unwrap_or_default());
            let own = endpoint.network_interface_ids.iter().flatten().filter_map(|id| interfaces.get(id));
            object.set("subnet_configuration", own.map(parts::subnet).collect::<Vec<_>>());
            found.insert(endpoint.vpc_endpoint_id.unwrap_or_default().into(), Found::Object(object));
        }
        Ok(found)
    }

    fn customize_plan(change: &mut PlannedChange) {
        let services = ["service_name", "service_network_arn", "resource_configuration_arn"];
        let set: Vec<&str> = services.into_iter().filter(|name| is_set(change, name)).collect();
        match set[..] {
            [] if services.iter().any(|name| change.config.is_unknown(name)) => {}
            [] => change.error("service_name", "An endpoint needs a service: set \"service_name\"."),
            [_] => {}
            [first, second, ..] => {
                change.error(second, format!("An endpoint has one service: \"{first}\" is set already."));
            }
        }
        if change.is_create() {
            return;
        }
        if change.changes("private_dns_enabled") && change.planned.str("vpc_endpoint_type") != Some("Interface") {
            change.replace.insert(Path::attr("private_dns_enabled"));
        }
        let (subnets, settings) = (change.changes("subnet_ids"), change.changes("subnet_configuration"));
        let settings_given = !change.config.objects("subnet_configuration").is_empty();
        if subnets && !settings_given {
            change.set_unknown("subnet_configuration");
        }
        if settings && change.config.get("subnet_ids").is_none_or(Value::is_null) {
            change.set_unknown("subnet_ids");
        }
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let list = |name| Some(want.strings(name)).filter(|ids| !ids.is_empty());
        let answer = cx
            .client
            .ec2()
            .create_vpc_endpoint()
            .client_token(cx.token)
            .set_dns_options(dns_options(want))
            .set_ip_address_type(want.string("ip_address_type").as_deref().map(IpAddressType::from))
            .set_policy_document(want.string("policy"))
            .private_dns_enabled(want.bool("private_dns_enabled").unwrap_or_default())
            .set_resource_configuration_arn(want.string("resource_configuration_arn"))
            .set_route_table_ids(list("route_table_ids"))
            .set_security_group_ids(list("security_group_ids"))
            .set_service_name(want.string("service_name"))
            .set_service_network_arn(want.string("service_network_arn"))
            .set_service_region(want.string("service_region"))
            .set_subnet_configurations(subnet_configurations(want))
            .set_subnet_ids(list("subnet_ids"))
            .set_vpc_endpoint_type(want.str("vpc_endpoint_type").map(VpcEndpointType::from))
            .set_vpc_id(want.string("vpc_id"))
            .tag_specifications(tags::with_token(Kind::VpcEndpoint, want, cx.token))
            .send()
            .await?;
        let endpoint = answer.vpc_endpoint.ok_or_else(|| Error::other("no endpoint"))?;
        let id = endpoint.vpc_endpoint_id.clone().ok_or_else(|| Error::other("no id"))?;
        tags::created_with_token(cx, &id).await?;
        if want.bool("auto_accept") == Some(true) && state(&endpoint).eq_ignore_ascii_case("pendingAcceptance") {
            parts::accept(cx.client, &id, endpoint.service_name.as_deref().unwrap_or_default()).await?;
        }
        Ok(id.into())
    }

    async fn update(client: &Client, id: &RemoteId, prior: &Object, want: &Object) -> Result<()> {
        let waits = prior.string("state").is_some_and(|s| s.eq_ignore_ascii_case("pendingAcceptance"));
        if want.bool("auto_accept") == Some(true) && waits {
            parts::accept(client, id.as_str(), want.str("service_name").unwrap_or_default()).await?;
        }
        let differs = |name: &str| !want.is_unknown(name) && !same(prior.get(name), want.get(name));
        let names = ["dns_options", "ip_address_type", "policy", "private_dns_enabled", "subnet_configuration"];
        if LISTS.iter().chain(&names).any(|name| differs(name)) {
            let set = |o: &Object, name| o.strings(name).into_iter().collect::<BTreeSet<_>>();
            let minus = |a: &Object, b: &Object, name| {
                let ids: Vec<String> = set(a, name).difference(&set(b, name)).cloned().collect();
                Some(ids).filter(|ids| !ids.is_empty() && differs(name))
            };
            let policy = want.string("policy");
            client
                .ec2()
                .modify_vpc_endpoint()
                .vpc_endpoint_id(id.as_str())
                .set_add_route_table_ids(minus(want, prior, "route_table_ids"))
                .set_remove_route_table_ids(minus(prior, want, "route_table_ids"))
                .set_add_security_group_ids(minus(want, prior, "security_group_ids"))
                .set_remove_security_group_ids(minus(prior, want, "security_group_ids"))
                .set_add_subnet_ids(minus(want, prior, "subnet_ids"))
                .set_remove_subnet_ids(minus(prior, want, "subnet_ids"))
                .set_dns_options(dns_options(want).filter(|_| differs("dns_options")))
                .set_ip_address_type(
                    want.string("ip_address_type").filter(|_| differs("ip_address_type")).as_deref().map(Into::into),
                )
                .set_reset_policy(Some(true).filter(|_| differs("policy") && policy.is_none()))
                .set_policy_document(policy.clone().filter(|_| differs("policy")))
                .set_private_dns_enabled(want.bool("private_dns_enabled").filter(|_| differs("private_dns_enabled")))
                .set_subnet_configurations(subnet_configurations(want).filter(|_| differs("subnet_configuration")))
                .send()
                .await?;
        }
        tags::update(client, id.as_str(), prior, want).await
    }

    async fn delete(client: &Client, id: &RemoteId, _prior: &Object) -> Result<()> {
        let answer = match client.ec2().delete_vpc_endpoints().vpc_endpoint_ids(id.as_str()).send().await {
            Ok(answer) => answer,
            Err(e) => return Error::from(e).unless_not_found(),
        };
        // The call succeeds also where it deletes nothing.
        let Some(why) = answer.unsuccessful.unwrap_or_default().into_iter().find_map(|u| u.error) else {
            return Ok(());
        };
        let (code, message) = (why.code.unwrap_or_default(), why.message.unwrap_or_default());
        let kind = match code.as_str() {
            _ if code.ends_with(".NotFound") => return Ok(()),
            "InvalidParameter" if message.contains("must be removed from route table") => ErrorKind::InUse,
            _ => ErrorKind::Other,
        };
        let mut error = Error::new(kind, message);
        error.operation = Some("ec2:DeleteVpcEndpoints".into());
        error.code = Some(code);
        Err(error)
    }

    fn readiness(object: &Object) -> Readiness {
        let state = object.str("state").unwrap_or("available").to_ascii_lowercase();
        match state.as_str() {
            // Accepting is up to the owner of the service.
            "available" | "pendingacceptance" => Readiness::Ready,
            "failed" | "rejected" | "expired" => {
                Readiness::Failed(object.string("_why").unwrap_or_else(|| format!("the endpoint is {state}")))
            }
            _ => Readiness::Pending(state),
        }
    }

    fn timeouts() -> Timeouts {
        Timeouts::minutes(10, 10, 10)
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let answer = client.ec2().describe_vpc_endpoints().filters(tags::token_filter(intent)).send().await?;
        let live = answer.vpc_endpoints.unwrap_or_default().into_iter();
        let mut live = live.filter(|e| !state(e).eq_ignore_ascii_case("deleted"));
        Ok(live.find(|e| tags::has_token(e.tags.as_ref(), intent)).and_then(|e| e.vpc_endpoint_id).map(RemoteId::from))
    }

    async fn reclaim(client: &Client, id: &RemoteId) -> Result<()> {
        tags::remove_token(client, id.as_str()).await
    }
}

fn kind(value: &Value) -> std::result::Result<(), String> {
    let known = ["Interface", "Gateway", "GatewayLoadBalancer", "Resource", "ServiceNetwork"];
    match value.as_str() {
        Some(kind) if known.contains(&kind) => Ok(()),
        _ => Err(format!("The type of an endpoint is one of \"{}\".", known.join("\", \""))),
    }
}

/// Endpoints of a list of ids. One that is gone fails the call, and then they are asked for one by one: the filter by id
/// is not known everywhere that speaks this API.
pub async fn describe(client: &Client, ids: Vec<String>) -> Result<Vec<Live>> {
    let ask = |ids: Vec<String>| async move {
        let call = client.ec2().describe_vpc_endpoints().set_vpc_endpoint_ids(Some(ids));
        call.into_paginator().items().send().try_collect().await.map_err(Error::from)
    };
    match ask(ids.clone()).await {
        Err(e) if e.is_not_found() => {}
        other => return other,
    }
    let mut live = Vec::new();
    for id in ids {
        match ask(vec![id]).await {
            Ok(found) => live.extend(found),
            Err(e) if e.is_not_found() => {}
            Err(e) => return Err(e),
        }
    }
    Ok(live)
}

fn state(endpoint: &Live) -> &str {
    endpoint.state.as_ref().map_or("available", |s| s.as_str())
}

fn dns_options(want: &Object) -> Option<DnsOptionsSpecification> {
    let options = want.object("dns_options")?;
    // Only services with both kinds of endpoints, which is S3, know the second one.
    let s3 = want.str("service_name").is_some_and(|s| s.ends_with(".s3"));
    let inbound_only = options.bool("private_dns_only_for_inbound_resolver_endpoint");
    Some(
        DnsOptionsSpecification::builder()
            .set_dns_record_ip_type(options.string("dns_record_ip_type").as_deref().map(Into::into))
            .set_private_dns_only_for_inbound_resolver_endpoint(
                inbound_only.filter(|_| s3 && want.str("vpc_endpoint_type") == Some("Interface")),
            )
            .build(),
    )
}

fn subnet_configurations(want: &Object) -> Option<Vec<SubnetConfiguration>> {
    let all = want.objects("subnet_configuration");
    let make = |subnet: &Object| {
        SubnetConfiguration::builder()
            .set_subnet_id(subnet.string("subnet_id"))
            .set_ipv4(subnet.string("ipv4"))
            .set_ipv6(subnet.string("ipv6"))
            .build()
    };
    (!all.is_empty() && !want.is_unknown("subnet_configuration")).then(|| all.iter().map(make).collect())
}

pub(super) fn object(client: &Client, endpoint: &Live) -> Object {
    let id = endpoint.vpc_endpoint_id.as_deref().unwrap_or_default();
    let list = |v: &Option<Vec<String>>| v.clone().unwrap_or_default();
    let text = |v: &Option<String>| v.clone().unwrap_or_default();
    let entries = endpoint.dns_entries.iter().flatten();
    let entries = entries
        .map(|e| Object::new().with("dns_name", text(&e.dns_name)).with("hosted_zone_id", text(&e.hosted_zone_id)));
    let options = endpoint.dns_options.as_ref().map(|o| {
        let inbound_only = o.private_dns_only_for_inbound_resolver_endpoint.unwrap_or_default();
        Object::new()
            .with("dns_record_ip_type", o.dns_record_ip_type.as_ref().map(|t| t.as_str().to_owned()))
            .with("private_dns_only_for_inbound_resolver_endpoint", inbound_only)
    });
    let groups: Vec<String> = endpoint.groups.iter().flatten().filter_map(|g| g.group_id.clone()).collect();
    let why = endpoint.last_error.as_ref().and_then(|e| e.message.clone()).or_else(|| endpoint.failure_reason.clone());
    let mut object = Object::new()
        .with("arn", arn(client, endpoint.owner_id.as_deref(), &format!("vpc-endpoint/{id}")))
        .with("dns_entry", entries.collect::<Vec<_>>())
        .with("dns_options", options.into_iter().collect::<Vec<_>>())
        .with("id", id)
        .with("ip_address_type", endpoint.ip_address_type.as_ref().map(|t| t.as_str().to_owned()).unwrap_or_default())
        .with("network_interface_ids", list(&endpoint.network_interface_ids))
        .with("owner_id", text(&endpoint.owner_id))
        .with("policy", text(&endpoint.policy_document))
        .with("private_dns_enabled", endpoint.private_dns_enabled.unwrap_or_default())
        .with("requester_managed", endpoint.requester_managed.unwrap_or_default())
        .with("resource_configuration_arn", text(&endpoint.resource_configuration_arn))
        .with("route_table_ids", list(&endpoint.route_table_ids))
        .with("security_group_ids", groups)
        .with("service_name", text(&endpoint.service_name))
        .with("service_network_arn", text(&endpoint.service_network_arn))
        .with("service_region", text(&endpoint.service_region))
        .with("state", state(endpoint))
        .with("subnet_ids", list(&endpoint.subnet_ids))
        .with("vpc_endpoint_type", endpoint.vpc_endpoint_type.as_ref().map_or("Gateway", VpcEndpointType::as_str))
        .with("vpc_id", text(&endpoint.vpc_id))
        .with("_why", why.unwrap_or_default());
    all_tags::set(&mut object, tags::pairs(endpoint.tags.as_ref()));
    object
}
