//! `data.aws_security_group`

use aws_sdk_ec2::types::SecurityGroup as Live;

use super::{Filters, completed, filter_block, listed, one, or_none, shown_tags};
use crate::aws::Client;
use crate::aws::ec2::read::arn;
use crate::provider::{DataSource, Error, Object, Result};
use crate::schema::{Schema, map_of, string};
use crate::value::Type;

pub struct SecurityGroup;

impl DataSource for SecurityGroup {
    type Client = Client;
    const NAME: &'static str = "aws_security_group";
    const ACTIONS: &'static [&'static str] = &["ec2:DescribeSecurityGroups"];

    fn schema() -> Schema {
        Schema::new(0)
            .attr("arn", string().computed())
            .attr("description", string().computed())
            .attr("id", string().optional().computed())
            .attr("name", string().optional().computed())
            .attr("tags", map_of(Type::String).optional().computed())
            .attr("vpc_id", string().optional().computed())
            .block("filter", filter_block())
            .timeouts(&["read"])
    }

    async fn read(client: &Client, config: &Object) -> Result<Object> {
        let filters = Filters::of(config, "tags").with(config, &[("name", "group-name"), ("vpc_id", "vpc-id")]);
        let call = client.ec2().describe_security_groups().set_filters(filters.list());
        let call = call.set_group_ids(listed(config, "id"));
        let found: Result<Vec<Live>> = call.into_paginator().items().send().try_collect().await.map_err(Error::from);
        let group = one(or_none(found)?, "EC2 security group")?;
        let id = group.group_id.clone().unwrap_or_default();
        let live = Object::new()
            .with("arn", arn(client, group.owner_id.as_deref(), &format!("security-group/{id}")))
            .with("description", group.description.clone())
            .with("id", id)
            .with("name", group.group_name.clone())
            .with("tags", shown_tags(client, group.tags.as_ref()))
            .with("vpc_id", group.vpc_id.clone());
        Ok(completed(config, live))
    }
}
