//! `data "aws_efs_mount_target"`: a mount target by id, by access point, or the only one of a file system.

use super::mount_target::MountTarget;
use crate::aws::{Client, data};
use crate::provider::{DataSource, Error, Object, Result};
use crate::schema::{Schema, set_of, string};
use crate::value::Type;

pub struct MountTargetData;

impl DataSource for MountTargetData {
    type Client = Client;
    const NAME: &'static str = "aws_efs_mount_target";
    const ACTIONS: &'static [&'static str] = &[
        "ec2:DescribeNetworkInterfaces",
        "elasticfilesystem:DescribeMountTargetSecurityGroups",
        "elasticfilesystem:DescribeMountTargets",
    ];

    fn schema() -> Schema {
        Schema::new(0)
            .attr("access_point_id", string().optional())
            .attr("availability_zone_id", string().computed())
            .attr("availability_zone_name", string().computed())
            .attr("dns_name", string().computed())
            .attr("file_system_arn", string().computed())
            .attr("file_system_id", string().optional().computed())
            .attr("id", string().optional().computed())
            .attr("ip_address", string().computed())
            .attr("mount_target_dns_name", string().computed())
            .attr("mount_target_id", string().optional().computed())
            .attr("network_interface_id", string().computed())
            .attr("owner_id", string().computed())
            .attr("security_groups", set_of(Type::String).computed())
            .attr("subnet_id", string().computed())
    }

    async fn read(client: &Client, config: &Object) -> Result<Object> {
        let call = client.efs().describe_mount_targets();
        let call = call
            .set_access_point_id(config.string("access_point_id"))
            .set_file_system_id(config.string("file_system_id"))
            .set_mount_target_id(config.string("mount_target_id"));
        let targets = call.send().await?.mount_targets.unwrap_or_default();
        let id = match targets.as_slice() {
            [one] => one.mount_target_id.clone(),
            [] => return Err(Error::not_found("there is no mount target as described")),
            many => {
                return Err(Error::other(format!("{} mount targets are as described", many.len()))
                    .hint("Give the mount_target_id."));
            }
        };
        let object = data::existing::<MountTarget>(client, &id).await?;
        Ok(object.with("access_point_id", config.string("access_point_id")).with("mount_target_id", id))
    }
}
