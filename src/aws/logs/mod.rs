//! CloudWatch Logs.

mod log_group;
mod log_group_data;
mod resource_policy;

use super::Client;
use crate::provider::registry::Registry;

pub(super) fn register(types: Registry<Client>) -> Registry<Client> {
    types
        .resource::<log_group::LogGroup>()
        .data::<log_group_data::LogGroupData>()
        .resource::<resource_policy::ResourcePolicy>()
}
