//! `data.aws_prefix_list`

use aws_sdk_ec2::types::PrefixList as Live;

use super::{Filters, completed, filter_block, one};
use crate::aws::Client;
use crate::provider::{DataSource, Object, Result};
use crate::schema::{Schema, list_of, string};
use crate::value::Type;

pub struct PrefixList;

impl DataSource for PrefixList {
    type Client = Client;
    const NAME: &'static str = "aws_prefix_list";
    const ACTIONS: &'static [&'static str] = &["ec2:DescribePrefixLists"];

    fn schema() -> Schema {
        Schema::new(0)
            .attr("cidr_blocks", list_of(Type::String).computed())
            .attr("id", string().optional().computed())
            .attr("name", string().optional().computed())
            .attr("prefix_list_id", string().optional())
            .block("filter", filter_block())
            .timeouts(&["read"])
    }

    async fn read(client: &Client, config: &Object) -> Result<Object> {
        let arguments = [("name", "prefix-list-name"), ("prefix_list_id", "prefix-list-id")];
        let filters = Filters::of(config, "tags").with(config, &arguments);
        let call = client.ec2().describe_prefix_lists().set_filters(filters.list());
        let all: Vec<Live> = call.into_paginator().items().send().try_collect().await?;
        let list = one(all, "EC2 prefix list")?;
        let mut cidrs = list.cidrs.unwrap_or_default();
        cidrs.sort();
        let live = Object::new()
            .with("cidr_blocks", cidrs)
            .with("id", list.prefix_list_id)
            .with("name", list.prefix_list_name);
        Ok(completed(config, live))
    }
}
