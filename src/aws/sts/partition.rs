//! `data "aws_partition"`: no call.

use super::regions;
use crate::aws::Client;
use crate::provider::{DataSource, Object, Result};
use crate::schema::{Schema, string};

pub struct Partition;

impl DataSource for Partition {
    type Client = Client;
    const NAME: &'static str = "aws_partition";
    const ACTIONS: &'static [&'static str] = &[];

    fn schema() -> Schema {
        Schema::new(0)
            .attr("dns_suffix", string().computed())
            .attr("id", string().optional().computed())
            .attr("partition", string().computed())
            .attr("reverse_dns_prefix", string().computed())
    }

    async fn read(client: &Client, _config: &Object) -> Result<Object> {
        let (partition, suffix) = regions::partition(client.region());
        let mut reversed: Vec<&str> = suffix.split('.').collect();
        reversed.reverse();
        Ok(Object::new()
            .with("dns_suffix", suffix)
            .with("id", partition)
            .with("partition", partition)
            .with("reverse_dns_prefix", reversed.join(".")))
    }
}
