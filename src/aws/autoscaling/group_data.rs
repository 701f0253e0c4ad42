//! `data.aws_autoscaling_group`

use super::{group_object as flat, group_schema, read};
use crate::aws::Client;
use crate::provider::{DataSource, Error, Object, Result};
use crate::schema::{Attribute, Schema, boolean, number, set_of, string};
use crate::value::Type;

pub struct GroupData;

/// What only the resource has.
const RESOURCE_ONLY: [&str; 18] = [
    "availability_zone_distribution",
    "capacity_rebalance",
    "capacity_reservation_specification",
    "context",
    "default_instance_warmup",
    "force_delete",
    "force_delete_warm_pool",
    "ignore_failed_scaling_activities",
    "initial_lifecycle_hook",
    "instance_refresh",
    "metrics_granularity",
    "min_elb_capacity",
    "name_prefix",
    "protect_from_scale_in",
    "timeouts",
    "vpc_zone_identifier",
    "wait_for_capacity_timeout",
    "wait_for_elb_capacity",
];

impl DataSource for GroupData {
    type Client = Client;
    const NAME: &'static str = "aws_autoscaling_group";
    const ACTIONS: &'static [&'static str] = &["autoscaling:DescribeAutoScalingGroups"];

    /// The resource's attributes, all computed; its blocks are lists of objects here.
    fn schema() -> Schema {
        let resource = group_schema::schema().block;
        let attributes = resource.attributes.iter().map(|(name, a)| (name.clone(), a.ty.clone()));
        let blocks = resource.blocks.iter().map(|(name, b)| (name.clone(), b.ty()));
        let kept = attributes.chain(blocks).filter(|(name, _)| !RESOURCE_ONLY.contains(&&**name));
        kept.fold(Schema::new(0), |schema, (name, ty)| schema.attr(&name, Attribute::new(ty).computed()))
            .attr("id", string().optional().computed())
            .attr("name", string().required())
            .attr("new_instances_protected_from_scale_in", boolean().computed())
            .attr("status", string().computed())
            .attr("termination_policies", set_of(Type::String).computed())
            .attr("vpc_zone_identifier", string().computed())
            .attr("warm_pool_size", number().computed())
    }

    async fn read(client: &Client, config: &Object) -> Result<Object> {
        let name = config.string("name").unwrap_or_default();
        let mut groups = read::groups(client, std::slice::from_ref(&name)).await?;
        let Some(group) = groups.remove(&name) else {
            return Err(Error::not_found(format!("there is no Auto Scaling group \"{name}\" in {}", client.region()))
                .hint("Check the name, and the region and the account of the provider."));
        };
        Ok(flat::common(client, &group)
            .with(
                "new_instances_protected_from_scale_in",
                group.new_instances_protected_from_scale_in.unwrap_or_default(),
            )
            .with("status", group.status().unwrap_or_default())
            .with("vpc_zone_identifier", group.vpc_zone_identifier().unwrap_or_default()))
    }
}
