//! `data.aws_availability_zone`

use aws_sdk_ec2::types::AvailabilityZone as Live;

use super::{Filters, completed, filter_block, listed, one, or_none};
use crate::aws::Client;
use crate::provider::{DataSource, Error, Object, Result};
use crate::schema::{Schema, boolean, string};

pub struct AvailabilityZone;

impl DataSource for AvailabilityZone {
    type Client = Client;
    const NAME: &'static str = "aws_availability_zone";
    const ACTIONS: &'static [&'static str] = &["ec2:DescribeAvailabilityZones"];

    fn schema() -> Schema {
        Schema::new(0)
            .attr("all_availability_zones", boolean().optional())
            .attr("group_name", string().computed())
            .attr("id", string().optional().computed())
            .attr("name", string().optional().computed())
            .attr("name_suffix", string().computed())
            .attr("network_border_group", string().computed())
            .attr("opt_in_status", string().computed())
            .attr("parent_zone_id", string().computed())
            .attr("parent_zone_name", string().computed())
            .attr("region", string().computed())
            .attr("state", string().optional().computed())
            .attr("zone_id", string().optional().computed())
            .attr("zone_type", string().computed())
            .block("filter", filter_block())
            .timeouts(&["read"])
    }

    async fn read(client: &Client, config: &Object) -> Result<Object> {
        let filters = Filters::of(config, "tags").with(config, &[("state", "state")]);
        let call = client.ec2().describe_availability_zones().set_filters(filters.list());
        let call = call.set_all_availability_zones(config.bool("all_availability_zones"));
        let call = call.set_zone_names(listed(config, "name")).set_zone_ids(listed(config, "zone_id"));
        let answer = call.send().await.map(|a| a.availability_zones.unwrap_or_default()).map_err(Error::from);
        Ok(completed(config, object(one(or_none(answer)?, "EC2 availability zone")?)))
    }
}

fn object(zone: Live) -> Object {
    let (name, region) = (zone.zone_name.clone().unwrap_or_default(), zone.region_name.clone().unwrap_or_default());
    // Of zones that stand elsewhere also the region's name is part of theirs, behind a hyphen.
    let suffix = name.strip_prefix(&region).unwrap_or(&name).trim_start_matches('-').to_owned();
    Object::new()
        .with("group_name", zone.group_name)
        .with("id", name)
        .with("name", zone.zone_name)
        .with("name_suffix", suffix)
        .with("network_border_group", zone.network_border_group)
        .with("opt_in_status", zone.opt_in_status.as_ref().map_or("", |s| s.as_str()))
        .with("parent_zone_id", zone.parent_zone_id)
        .with("parent_zone_name", zone.parent_zone_name)
        .with("region", zone.region_name)
        .with("state", zone.state.as_ref().map_or("", |s| s.as_str()))
        .with("zone_id", zone.zone_id)
        .with("zone_type", zone.zone_type)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_suffix_is_what_follows_the_region() {
        let suffix = |name: &str| {
            let zone = object(Live::builder().zone_name(name).region_name("us-west-2").build());
            zone.string("name_suffix")
        };
        assert_eq!(suffix("us-west-2a").as_deref(), Some("a"));
        assert_eq!(suffix("us-west-2-lax-1a").as_deref(), Some("lax-1a"));
    }
}
