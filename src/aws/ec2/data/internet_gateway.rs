//! `data.aws_internet_gateway`

use aws_sdk_ec2::types::InternetGateway as Live;

use super::{Filters, completed, filter_block, one, shown_tags};
use crate::aws::Client;
use crate::aws::ec2::read::arn;
use crate::provider::{DataSource, Error, Object, Result};
use crate::schema::{Schema, list_of, map_of, string};
use crate::value::Type;

pub struct InternetGateway;

impl DataSource for InternetGateway {
    type Client = Client;
    const NAME: &'static str = "aws_internet_gateway";
    const ACTIONS: &'static [&'static str] = &["ec2:DescribeInternetGateways"];

    fn schema() -> Schema {
        let attachment = Type::object([("state", Type::String), ("vpc_id", Type::String)]);
        Schema::new(0)
            .attr("arn", string().computed())
            .attr("attachments", list_of(attachment).computed())
            .attr("id", string().optional().computed())
            .attr("internet_gateway_id", string().optional().computed())
            .attr("owner_id", string().computed())
            .attr("tags", map_of(Type::String).optional().computed())
            .block("filter", filter_block())
            .timeouts(&["read"])
    }

    async fn read(client: &Client, config: &Object) -> Result<Object> {
        let filters = Filters::of(config, "tags").with(config, &[("internet_gateway_id", "internet-gateway-id")]);
        let filters = filters.list().ok_or_else(|| {
            Error::other("an internet gateway must be named: set internet_gateway_id, tags or a filter")
        })?;
        let call = client.ec2().describe_internet_gateways().set_filters(Some(filters));
        let all: Vec<Live> = call.into_paginator().items().send().try_collect().await?;
        let gateway = one(all, "EC2 internet gateway")?;
        let id = gateway.internet_gateway_id.clone().unwrap_or_default();
        let attachments = gateway.attachments.iter().flatten().map(|a| {
            Object::new()
                .with("state", a.state.as_ref().map_or("", |s| s.as_str()))
                .with("vpc_id", a.vpc_id.clone().unwrap_or_default())
        });
        let live = Object::new()
            .with("arn", arn(client, gateway.owner_id.as_deref(), &format!("internet-gateway/{id}")))
            .with("attachments", attachments.collect::<Vec<_>>())
            .with("internet_gateway_id", id.as_str())
            .with("owner_id", gateway.owner_id.clone())
            .with("tags", shown_tags(client, gateway.tags.as_ref()))
            .with("id", id);
        Ok(completed(config, live))
    }
}
