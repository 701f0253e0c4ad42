//! `aws_autoscaling_groups`: names and ARNs of groups.

use aws_sdk_autoscaling::types::{AutoScalingGroup, Filter};

use crate::aws::Client;
use crate::provider::{DataSource, Object, Result};
use crate::schema::{Block, Schema, list_of, set_block, string};
use crate::value::Type;

pub struct GroupsData;

impl DataSource for GroupsData {
    type Client = Client;
    const NAME: &'static str = "aws_autoscaling_groups";
    const ACTIONS: &'static [&'static str] = &["autoscaling:DescribeAutoScalingGroups"];

    fn schema() -> Schema {
        let filter = Block::new().attr("name", string().required()).attr("values", list_of(Type::String).required());
        Schema::new(0)
            .attr("arns", list_of(Type::String).computed())
            .attr("id", string().optional().computed())
            .attr("names", list_of(Type::String).optional().computed())
            .block("filter", set_block(filter))
    }

    async fn read(client: &Client, config: &Object) -> Result<Object> {
        let filters = config
            .objects("filter")
            .into_iter()
            .map(|f| Filter::builder().set_name(f.string("name")).set_values(Some(f.strings("values"))).build());
        let filters: Vec<Filter> = filters.collect();
        let names = config.strings("names");
        let pages = client
            .autoscaling()
            .describe_auto_scaling_groups()
            .set_auto_scaling_group_names((!names.is_empty()).then_some(names))
            .set_filters((!filters.is_empty()).then_some(filters))
            .into_paginator()
            .items()
            .send();
        let groups: Vec<AutoScalingGroup> = pages.try_collect().await?;
        let sorted = |part: fn(&AutoScalingGroup) -> Option<&str>| {
            let mut all: Vec<String> = groups.iter().filter_map(part).map(str::to_owned).collect();
            all.sort();
            all
        };
        Ok(config
            .clone()
            .with("arns", sorted(AutoScalingGroup::auto_scaling_group_arn))
            .with("id", client.region())
            .with("names", sorted(AutoScalingGroup::auto_scaling_group_name)))
    }
}
