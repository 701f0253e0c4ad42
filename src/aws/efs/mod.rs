//! EFS.

mod access_point;
mod access_point_data;
mod access_points_data;
mod backup_policy;
mod file_system;
mod file_system_data;
mod file_system_policy;
mod lifecycle;
mod mount_target;
mod mount_target_data;
mod replication_configuration;
mod tags;

use super::Client;
use crate::provider::registry::Registry;

pub(super) fn register(types: Registry<Client>) -> Registry<Client> {
    types
        .resource::<access_point::AccessPoint>()
        .data::<access_point_data::AccessPointData>()
        .data::<access_points_data::AccessPointsData>()
        .resource::<backup_policy::BackupPolicy>()
        .resource::<file_system::FileSystem>()
        .data::<file_system_data::FileSystemData>()
        .resource::<file_system_policy::FileSystemPolicy>()
        .resource::<mount_target::MountTarget>()
        .data::<mount_target_data::MountTargetData>()
        .resource::<replication_configuration::ReplicationConfiguration>()
}

/// `amazonaws.com`, as the region's partition has it.
fn dns_suffix(client: &Client) -> &'static str {
    if client.partition() == "aws-cn" { "amazonaws.com.cn" } else { "amazonaws.com" }
}
