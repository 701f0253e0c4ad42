//! `data.aws_instances`

use aws_sdk_ec2::types::Instance;

use super::{Filters, filter_block};
use crate::aws::ec2::instance::read;
use crate::aws::ec2::tags::filter;
use crate::aws::{Client, validate};
use crate::provider::{DataSource, Object, Result};
use crate::schema::{Schema, list_of, map_of, set_of, string};
use crate::value::{Type, Value};

pub struct Instances;

const STATES: [&str; 6] = ["pending", "running", "shutting-down", "stopped", "stopping", "terminated"];

impl DataSource for Instances {
    type Client = Client;
    const NAME: &'static str = "aws_instances";
    const ACTIONS: &'static [&'static str] = &["ec2:DescribeInstances"];

    fn schema() -> Schema {
        Schema::new(0)
            .attr("id", string().optional().computed())
            .attr("ids", list_of(Type::String).computed())
            .attr("instance_state_names", set_of(Type::String).optional().check(states))
            .attr("instance_tags", map_of(Type::String).optional().computed())
            .attr("ipv6_addresses", list_of(Type::String).computed())
            .attr("private_ips", list_of(Type::String).computed())
            .attr("public_ips", list_of(Type::String).computed())
            .block("filter", filter_block())
            .timeouts(&["read"])
    }

    async fn read(client: &Client, config: &Object) -> Result<Object> {
        let mut filters = Filters::of(config, "instance_tags");
        let states = Some(config.strings("instance_state_names")).filter(|all| !all.is_empty());
        filters.0.push(filter("instance-state-name", states.unwrap_or_else(|| vec!["running".to_owned()])));
        let all = read::all(client, filters.0).await?;
        let texts = |of: fn(&Instance) -> Option<String>| all.iter().filter_map(of).collect::<Vec<_>>();
        Ok(config
            .clone()
            .with("id", client.region())
            .with("ids", texts(|i| i.instance_id.clone()))
            .with("ipv6_addresses", texts(|i| i.ipv6_address.clone()))
            .with("private_ips", texts(|i| i.private_ip_address.clone()))
            .with("public_ips", texts(|i| i.public_ip_address.clone())))
    }
}

fn states(value: &Value) -> std::result::Result<(), String> {
    value
        .as_slice()
        .unwrap_or_default()
        .iter()
        .filter(|v| v.as_str().is_some())
        .try_for_each(|v| validate::one_of(v, &STATES))
}
