//! `data.aws_availability_zones`

use std::collections::BTreeSet;

use aws_sdk_ec2::types::{AvailabilityZone, Filter};

use super::tags::filter;
use crate::aws::Client;
use crate::provider::{DataSource, Object, Result};
use crate::schema::{Block, Schema, boolean, list_of, set_block, set_of, string};
use crate::value::{Type, Value};

pub struct AvailabilityZones;

impl DataSource for AvailabilityZones {
    type Client = Client;
    const NAME: &'static str = "aws_availability_zones";
    const ACTIONS: &'static [&'static str] = &["ec2:DescribeAvailabilityZones"];

    fn schema() -> Schema {
        let filter = Block::new().attr("name", string().required()).attr("values", set_of(Type::String).required());
        Schema::new(0)
            .attr("all_availability_zones", boolean().optional())
            .attr("exclude_names", set_of(Type::String).optional())
            .attr("exclude_zone_ids", set_of(Type::String).optional())
            .attr("group_names", set_of(Type::String).computed())
            .attr("id", string().optional().computed())
            .attr("names", list_of(Type::String).computed())
            .attr("state", string().optional().check(state))
            .attr("zone_ids", list_of(Type::String).computed())
            .block("filter", set_block(filter))
            .timeouts(&["read"])
    }

    async fn read(client: &Client, config: &Object) -> Result<Object> {
        let mut filters: Vec<Filter> = config.string("state").map(|s| filter("state", [s])).into_iter().collect();
        let more = config.objects("filter");
        filters.extend(more.iter().map(|f| filter(f.str("name").unwrap_or_default(), f.strings("values"))));
        let answer = client
            .ec2()
            .describe_availability_zones()
            .set_all_availability_zones(config.bool("all_availability_zones"))
            .set_filters(Some(filters).filter(|f| !f.is_empty()))
            .send()
            .await?;
        let zones = Zones::of(answer.availability_zones.unwrap_or_default(), config);
        Ok(config
            .clone()
            .with("group_names", zones.groups.into_iter().collect::<Vec<_>>())
            .with("id", client.region())
            .with("names", zones.names)
            .with("zone_ids", zones.ids))
    }
}

fn state(value: &Value) -> std::result::Result<(), String> {
    match value.as_str() {
        Some("available" | "information" | "impaired" | "unavailable" | "constrained") => Ok(()),
        _ => Err("The state of a zone is available, information, impaired, unavailable or constrained.".into()),
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Zones {
    names: Vec<String>,
    ids: Vec<String>,
    groups: BTreeSet<String>,
}

impl Zones {
    /// Zones by name, without those that the configuration excludes.
    fn of(mut all: Vec<AvailabilityZone>, config: &Object) -> Self {
        let (names, ids) = (config.strings("exclude_names"), config.strings("exclude_zone_ids"));
        all.retain(|z| {
            !z.zone_name.as_ref().is_some_and(|n| names.contains(n))
                && !z.zone_id.as_ref().is_some_and(|i| ids.contains(i))
        });
        all.sort_by(|a, b| a.zone_name.cmp(&b.zone_name));
        Self {
            names: all.iter().filter_map(|z| z.zone_name.clone()).collect(),
            ids: all.iter().filter_map(|z| z.zone_id.clone()).collect(),
            groups: all.iter().map(|z| z.group_name.clone().unwrap_or_default()).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_ids_go_together() {
        let zone = |name: &str, id: &str| AvailabilityZone::builder().zone_name(name).zone_id(id).build();
        let config = Object::new().with("exclude_names", vec!["eu-west-1b"]);
        let all = vec![zone("eu-west-1c", "euw1-az1"), zone("eu-west-1b", "euw1-az3"), zone("eu-west-1a", "euw1-az2")];
        let zones = Zones::of(all, &config);
        assert_eq!(zones.names, ["eu-west-1a", "eu-west-1c"]);
        assert_eq!(zones.ids, ["euw1-az2", "euw1-az1"]);
    }
}
