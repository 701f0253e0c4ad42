//! Auto Scaling.

mod group;
mod group_capacity;
mod group_data;
mod group_object;
mod group_plan;
mod group_request;
mod group_schema;
mod group_tag;
mod group_update;
mod groups_data;
mod instance_requirements;
mod lifecycle_hook;
mod read;
mod schedule;

use super::Client;
use crate::provider::registry::Registry;

pub(super) fn register(types: Registry<Client>) -> Registry<Client> {
    types
        .resource::<group::Group>()
        .resource::<group_tag::GroupTag>()
        .resource::<lifecycle_hook::LifecycleHook>()
        .resource::<schedule::Schedule>()
        .data::<group_data::GroupData>()
        .data::<groups_data::GroupsData>()
}
