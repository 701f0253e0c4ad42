//! `data.aws_ec2_managed_prefix_list`

use aws_sdk_ec2::types::{ManagedPrefixList as Live, PrefixListEntry};

use super::{Filters, completed, filter_block, listed, one, or_none, shown_tags};
use crate::aws::Client;
use crate::provider::{DataSource, Error, Object, Result};
use crate::schema::{Schema, map_of, number, set_of, string};
use crate::value::Type;

pub struct ManagedPrefixList;

impl DataSource for ManagedPrefixList {
    type Client = Client;
    const NAME: &'static str = "aws_ec2_managed_prefix_list";
    const ACTIONS: &'static [&'static str] = &["ec2:DescribeManagedPrefixLists", "ec2:GetManagedPrefixListEntries"];

    fn schema() -> Schema {
        let entry = Type::object([("cidr", Type::String), ("description", Type::String)]);
        Schema::new(0)
            .attr("address_family", string().computed())
            .attr("arn", string().computed())
            .attr("entries", set_of(entry).computed())
            .attr("id", string().optional().computed())
            .attr("max_entries", number().computed())
            .attr("name", string().optional().computed())
            .attr("owner_id", string().computed())
            .attr("tags", map_of(Type::String).optional().computed())
            .attr("version", number().computed())
            .block("filter", filter_block())
            .timeouts(&["read"])
    }

    async fn read(client: &Client, config: &Object) -> Result<Object> {
        let filters = Filters::of(config, "tags").with(config, &[("name", "prefix-list-name")]);
        let call = client.ec2().describe_managed_prefix_lists().set_filters(filters.list());
        let call = call.set_prefix_list_ids(listed(config, "id"));
        let found: Result<Vec<Live>> = call.into_paginator().items().send().try_collect().await.map_err(Error::from);
        let list = one(or_none(found)?, "EC2 managed prefix list")?;
        let call = client.ec2().get_managed_prefix_list_entries().set_prefix_list_id(list.prefix_list_id.clone());
        let entries: Vec<PrefixListEntry> = call.into_paginator().items().send().try_collect().await?;
        let entries = entries.into_iter().map(|e| {
            let text = |v: Option<String>| v.unwrap_or_default();
            Object::new().with("cidr", text(e.cidr)).with("description", text(e.description))
        });
        let live = Object::new()
            .with("address_family", list.address_family)
            .with("arn", list.prefix_list_arn)
            .with("entries", entries.collect::<Vec<_>>())
            .with("id", list.prefix_list_id)
            .with("max_entries", list.max_entries)
            .with("name", list.prefix_list_name)
            .with("owner_id", list.owner_id)
            .with("tags", shown_tags(client, list.tags.as_ref()))
            .with("version", list.version);
        Ok(completed(config, live))
    }
}
