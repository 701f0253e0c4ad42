//! EFS.

mod access_point;
mod backup_policy;
mod file_system;
mod lifecycle;
mod mount_target;
mod tags;

use super::Client;
use crate::provider::registry::Registry;

pub(super) fn register(types: Registry<Client>) -> Registry<Client> {
    types
        .resource::<access_point::AccessPoint>()
        .resource::<backup_policy::BackupPolicy>()
        .resource::<file_system::FileSystem>()
        .resource::<mount_target::MountTarget>()
}

/// `amazonaws.com`, as the region's partition has it.
fn dns_suffix(client: &Client) -> &'static str {
    if client.partition() == "aws-cn" { "amazonaws.com.cn" } else { "amazonaws.com" }
}
