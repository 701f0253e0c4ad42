//! `data.aws_eips`

use super::{Filters, filter_block};
use crate::aws::Client;
use crate::provider::{DataSource, Object, Result};
use crate::schema::{Schema, list_of, map_of, string};
use crate::value::Type;

pub struct Eips;

impl DataSource for Eips {
    type Client = Client;
    const NAME: &'static str = "aws_eips";
    const ACTIONS: &'static [&'static str] = &["ec2:DescribeAddresses"];

    fn schema() -> Schema {
        Schema::new(0)
            .attr("allocation_ids", list_of(Type::String).computed())
            .attr("id", string().optional().computed())
            .attr("public_ips", list_of(Type::String).computed())
            .attr("tags", map_of(Type::String).optional())
            .block("filter", filter_block())
            .timeouts(&["read"])
    }

    async fn read(client: &Client, config: &Object) -> Result<Object> {
        let call = client.ec2().describe_addresses().set_filters(Filters::of(config, "tags").list());
        let all = call.send().await?.addresses.unwrap_or_default();
        let (ids, ips): (Vec<_>, Vec<_>) = all.into_iter().map(|a| (a.allocation_id, a.public_ip)).unzip();
        Ok(config
            .clone()
            .with("allocation_ids", ids.into_iter().flatten().collect::<Vec<_>>())
            .with("id", client.region())
            .with("public_ips", ips.into_iter().flatten().collect::<Vec<_>>()))
    }
}
