//! `data.aws_ec2_instance_types`

use aws_sdk_ec2::types::InstanceTypeInfo;

use super::{Filters, filter_block};
use crate::aws::Client;
use crate::provider::{DataSource, Object, Result};
use crate::schema::{Schema, list_of, string};
use crate::value::Type;

pub struct InstanceTypes;

impl DataSource for InstanceTypes {
    type Client = Client;
    const NAME: &'static str = "aws_ec2_instance_types";
    const ACTIONS: &'static [&'static str] = &["ec2:DescribeInstanceTypes"];

    fn schema() -> Schema {
        Schema::new(0)
            .attr("id", string().optional().computed())
            .attr("instance_types", list_of(Type::String).computed())
            .block("filter", filter_block())
            .timeouts(&["read"])
    }

    async fn read(client: &Client, config: &Object) -> Result<Object> {
        let call = client.ec2().describe_instance_types().set_filters(Filters::of(config, "tags").list());
        let all: Vec<InstanceTypeInfo> = call.into_paginator().items().send().try_collect().await?;
        let names = all.iter().filter_map(|t| Some(t.instance_type.as_ref()?.as_str().to_owned()));
        Ok(config.clone().with("id", client.region()).with("instance_types", names.collect::<Vec<_>>()))
    }
}
