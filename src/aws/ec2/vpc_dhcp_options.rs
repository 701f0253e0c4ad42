//! `aws_vpc_dhcp_options`

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{DhcpOptions as Live, NewDhcpConfiguration, ResourceType as Kind};

use super::read::{arn, gone, texts};
use super::tags;
use crate::aws::error::deleted;
use crate::aws::{Client, tags as all_tags, validate};
use crate::provider::{Actions, CreateCx, Error, Found, Intent, Object, PlannedChange, RemoteId, ResourceType, Result};
use crate::schema::{Schema, list_of, string};
use crate::value::{Type, Value};

pub struct VpcDhcpOptions;

/// Arguments of one value.
const TEXTS: [&str; 3] = ["domain_name", "ipv6_address_preferred_lease_time", "netbios_node_type"];
/// Arguments of several.
const LISTS: [&str; 3] = ["domain_name_servers", "netbios_name_servers", "ntp_servers"];

/// Gives a VPC the options that it was made with.
pub const DEFAULT: &str = "default";

impl ResourceType for VpcDhcpOptions {
    type Client = Client;
    const NAME: &'static str = "aws_vpc_dhcp_options";
    const READ_BATCH: usize = 200;
    const ACTIONS: Actions = Actions {
        read: &["ec2:DescribeDhcpOptions"],
        create: &["ec2:CreateDhcpOptions", "ec2:CreateTags", "ec2:DeleteTags"],
        update: &["ec2:CreateTags", "ec2:DeleteTags"],
        delete: &["ec2:DescribeVpcs", "ec2:AssociateDhcpOptions", "ec2:DeleteDhcpOptions"],
    };

    fn schema() -> Schema {
        let servers = || list_of(Type::String).optional().force_new();
        Schema::new(0)
            .attr("arn", string().computed())
            .attr("domain_name", string().optional().force_new())
            .attr("domain_name_servers", servers())
            .attr("id", string().optional().computed())
            .attr("ipv6_address_preferred_lease_time", string().optional().force_new().check(lease_time))
            .attr("netbios_name_servers", servers())
            .attr("netbios_node_type", string().optional().force_new())
            .attr("ntp_servers", servers())
            .attr("owner_id", string().computed())
            .tags()
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        _prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let filter = tags::filter("dhcp-options-id", texts(ids));
        let pages = client.ec2().describe_dhcp_options().filters(filter).into_paginator().items().send();
        let live: Vec<Live> = pages.try_collect().await?;
        let mut found = gone(ids);
        for options in live {
            let object = object(client, &options);
            found.insert(options.dhcp_options_id.unwrap_or_default().into(), Found::Object(object));
        }
        Ok(found)
    }

    fn customize_plan(change: &mut PlannedChange) {
        let names = TEXTS.iter().chain(&LISTS);
        if names.clone().all(|name| change.config.get(name).is_none_or(Value::is_null)) {
            let all = names.copied().collect::<Vec<_>>().join("\", \"");
            change.error("domain_name", format!("DHCP options need at least one option: set one of \"{all}\"."));
        }
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let call = cx.client.ec2().create_dhcp_options().set_dhcp_configurations(Some(configurations(want)));
        let answer = call.tag_specifications(tags::with_token(Kind::DhcpOptions, want, cx.token)).send().await?;
        let id = answer.dhcp_options.and_then(|o| o.dhcp_options_id).ok_or_else(|| Error::other("no id"))?;
        tags::created_with_token(cx, &id).await?;
        Ok(id.into())
    }

    async fn update(client: &Client, id: &RemoteId, prior: &Object, want: &Object) -> Result<()> {
        tags::update(client, id.as_str(), prior, want).await
    }

    async fn delete(client: &Client, id: &RemoteId, _prior: &Object) -> Result<()> {
        // VPCs that nobody gave other options would keep them.
        let answer =
            client.ec2().describe_vpcs().filters(tags::filter("dhcp-options-id", [id.as_str()])).send().await?;
        for vpc in answer.vpcs.unwrap_or_default() {
            let call = client.ec2().associate_dhcp_options().dhcp_options_id(DEFAULT).set_vpc_id(vpc.vpc_id);
            deleted(call.send().await)?;
        }
        deleted(client.ec2().delete_dhcp_options().dhcp_options_id(id.as_str()).send().await)
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let answer = client.ec2().describe_dhcp_options().filters(tags::token_filter(intent)).send().await?;
        let mut live = answer.dhcp_options.unwrap_or_default().into_iter();
        Ok(live.find(|o| tags::has_token(o.tags.as_ref(), intent)).and_then(|o| o.dhcp_options_id).map(RemoteId::from))
    }

    async fn reclaim(client: &Client, id: &RemoteId) -> Result<()> {
        tags::remove_token(client, id.as_str()).await
    }
}

/// Seconds, as a text that may be left empty.
fn lease_time(value: &Value) -> std::result::Result<(), String> {
    match value.as_str() {
        Some("") => Ok(()),
        text => match text.and_then(|t| t.parse().ok()).map(|n: i64| Value::from(n)) {
            Some(seconds) => validate::between(&seconds, 140, 2_147_483_647),
            None => Err("The lease time is a number of seconds from 140 to 2147483647.".into()),
        },
    }
}

/// The name of an option in the API.
fn key(argument: &str) -> String {
    argument.replace('_', "-")
}

fn configurations(want: &Object) -> Vec<NewDhcpConfiguration> {
    let make = |name: &str, values: Vec<String>| {
        let configuration = NewDhcpConfiguration::builder().key(key(name)).set_values(Some(values.clone())).build();
        (!values.is_empty()).then_some(configuration)
    };
    let texts = TEXTS.iter().filter_map(|name| make(name, want.string(name).into_iter().collect()));
    texts.chain(LISTS.iter().filter_map(|name| make(name, want.strings(name)))).collect()
}

fn object(client: &Client, options: &Live) -> Object {
    let id = options.dhcp_options_id.as_deref().unwrap_or_default();
    let values = |name: &str| -> Vec<String> {
        let own = options.dhcp_configurations.iter().flatten().find(|c| c.key.as_deref() == Some(&key(name)));
        own.and_then(|c| c.values.as_ref()).into_iter().flatten().filter_map(|v| v.value.clone()).collect()
    };
    let mut object = Object::new()
        .with("arn", arn(client, options.owner_id.as_deref(), &format!("dhcp-options/{id}")))
        .with("id", id)
        .with("owner_id", options.owner_id.clone());
    for name in TEXTS {
        object.set(name, values(name).into_iter().next().unwrap_or_default());
    }
    for name in LISTS {
        object.set(name, values(name));
    }
    all_tags::set(&mut object, tags::pairs(options.tags.as_ref()));
    object
}
