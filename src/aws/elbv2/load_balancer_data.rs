//! `data "aws_lb"`: a load balancer by its ARN, its name or its tags.

use super::load_balancer_schema::{SETTINGS, schema};
use super::{load_balancer_object, read};
use crate::aws::data::tags_of;
use crate::aws::{Client, validate};
use crate::provider::{DataSource, Error, Object, Result};
use crate::schema::{Attribute, Schema, boolean, list_of, map_of, set_of, string};
use crate::value::Type;

pub struct LoadBalancerData;

impl DataSource for LoadBalancerData {
    type Client = Client;
    const NAME: &'static str = "aws_lb";
    const ACTIONS: &'static [&'static str] = &[
        "elasticloadbalancing:DescribeLoadBalancerAttributes",
        "elasticloadbalancing:DescribeLoadBalancers",
        "elasticloadbalancing:DescribeTags",
    ];

    fn schema() -> Schema {
        let of_logs = || {
            let parts = [("bucket", Type::String), ("enabled", Type::Bool), ("prefix", Type::String)];
            list_of(Type::object(parts)).computed()
        };
        let mapping = ["allocation_id", "ipv6_address", "outpost_id", "private_ipv4_address", "subnet_id"];
        let all = schema().block.attributes;
        let told = |name: &str| all.get(name).map_or_else(string, |a| Attribute::new(a.ty.clone())).computed();
        let plain = SETTINGS.iter().fold(Schema::new(0), |schema, setting| schema.attr(setting.0, told(setting.0)));
        plain
            .attr("access_logs", of_logs())
            .attr("arn", string().optional().computed().check(validate::arn))
            .attr("arn_suffix", string().computed())
            .attr("connection_logs", of_logs())
            .attr("customer_owned_ipv4_pool", string().computed())
            .attr("dns_name", string().computed())
            .attr("enforce_security_group_inbound_rules_on_private_link_traffic", string().computed())
            .attr("id", string().optional().computed())
            .attr("internal", boolean().computed())
            .attr("ip_address_type", string().computed())
            .attr("ipam_pools", list_of(Type::object([("ipv4_ipam_pool_id", Type::String)])).computed())
            .attr("load_balancer_type", string().computed())
            .attr("name", string().optional().computed())
            .attr("security_groups", set_of(Type::String).computed())
            .attr("subnet_mapping", set_of(Type::object(mapping.map(|name| (name, Type::String)))).computed())
            .attr("subnets", set_of(Type::String).computed())
            .attr("tags", map_of(Type::String).optional().computed())
            .attr("vpc_id", string().computed())
            .attr("zone_id", string().computed())
            .timeouts(&["read"])
    }

    async fn read(client: &Client, config: &Object) -> Result<Object> {
        let all = match (config.string("arn"), config.string("name")) {
            (Some(arn), _) => read::balancers(client, &[arn.into()]).await?,
            (None, Some(name)) => Vec::from_iter(read::balancer_by_name(client, &name).await?),
            (None, None) => read::all_balancers(client).await?,
        };
        let wanted = config.string_map("tags");
        let arns: Vec<String> = all.iter().filter_map(|b| b.load_balancer_arn.clone()).collect();
        let tags = read::tags(client, &arns).await?;
        let mut fitting = all.into_iter().filter_map(|balancer| {
            let tags = tags.get(balancer.load_balancer_arn()?).cloned().unwrap_or_default();
            wanted.iter().all(|(k, v)| tags.get(k) == Some(v)).then_some((balancer, tags))
        });
        let (Some((found, tags)), None) = (fitting.next(), fitting.next()) else {
            return Err(Error::not_found("not exactly one load balancer fits")
                .hint("Give the arn, the name or more tags, and check the region and the account of the provider."));
        };
        let arn = found.load_balancer_arn.clone().unwrap_or_default();
        let attributes = read::balancer_attributes(client, &arn).await?.unwrap_or_default();
        let mut object = load_balancer_object::told(&found, &attributes);
        object.set("tags", tags_of(client, tags));
        if let Some(timeouts) = config.get("timeouts") {
            object.set("timeouts", timeouts.clone());
        }
        Ok(object)
    }
}
