//! `data "aws_lbs"`: the load balancers of a region that carry all the given tags.

use super::read;
use crate::aws::Client;
use crate::provider::{DataSource, Object, Result};
use crate::schema::{Schema, map_of, set_of, string};
use crate::value::Type;

pub struct LoadBalancersData;

impl DataSource for LoadBalancersData {
    type Client = Client;
    const NAME: &'static str = "aws_lbs";
    const ACTIONS: &'static [&'static str] =
        &["elasticloadbalancing:DescribeLoadBalancers", "elasticloadbalancing:DescribeTags"];

    fn schema() -> Schema {
        Schema::new(0)
            .attr("arns", set_of(Type::String).computed())
            .attr("id", string().optional().computed())
            .attr("tags", map_of(Type::String).optional())
    }

    async fn read(client: &Client, config: &Object) -> Result<Object> {
        let all = read::all_balancers(client).await?;
        let mut arns: Vec<String> = all.into_iter().filter_map(|b| b.load_balancer_arn).collect();
        let wanted = config.string_map("tags");
        if !wanted.is_empty() {
            let tags = read::tags(client, &arns).await?;
            arns.retain(|arn| tags.get(arn).is_some_and(|tags| wanted.iter().all(|(k, v)| tags.get(k) == Some(v))));
        }
        Ok(config.clone().with("arns", arns).with("id", client.region()))
    }
}
