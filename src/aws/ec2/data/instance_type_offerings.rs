//! `data.aws_ec2_instance_type_offerings`

use aws_sdk_ec2::types::{InstanceTypeOffering, LocationType};

use super::{Filters, filter_block};
use crate::aws::{Client, validate};
use crate::provider::{DataSource, Object, Result};
use crate::schema::{Schema, list_of, string};
use crate::value::Type;

pub struct InstanceTypeOfferings;

impl DataSource for InstanceTypeOfferings {
    type Client = Client;
    const NAME: &'static str = "aws_ec2_instance_type_offerings";
    const ACTIONS: &'static [&'static str] = &["ec2:DescribeInstanceTypeOfferings"];

    fn schema() -> Schema {
        Schema::new(0)
            .attr("id", string().optional().computed())
            .attr("instance_types", list_of(Type::String).computed())
            .attr("location_type", string().optional().check(|v| validate::one_of(v, LocationType::values())))
            .attr("location_types", list_of(Type::String).computed())
            .attr("locations", list_of(Type::String).computed())
            .block("filter", filter_block())
            .timeouts(&["read"])
    }

    async fn read(client: &Client, config: &Object) -> Result<Object> {
        let call = client.ec2().describe_instance_type_offerings().set_filters(Filters::of(config, "tags").list());
        let call = call.set_location_type(config.string("location_type").as_deref().map(LocationType::from));
        let all: Vec<InstanceTypeOffering> = call.into_paginator().items().send().try_collect().await?;
        let (mut types, mut kinds, mut places) = (Vec::new(), Vec::new(), Vec::new());
        for offering in all {
            types.push(offering.instance_type.as_ref().map_or("", |t| t.as_str()).to_owned());
            kinds.push(offering.location_type.as_ref().map_or("", |t| t.as_str()).to_owned());
            places.push(offering.location.unwrap_or_default());
        }
        Ok(config
            .clone()
            .with("id", client.region())
            .with("instance_types", types)
            .with("location_types", kinds)
            .with("locations", places))
    }
}
