//! Simple Queue Service.

mod attributes;
mod queue;
mod queue_data;
pub(super) mod queue_name;
mod queue_policy;

use super::Client;
use crate::provider::registry::Registry;

pub(super) fn register(types: Registry<Client>) -> Registry<Client> {
    types.resource::<queue::Queue>().resource::<queue_policy::QueuePolicy>().data::<queue_data::QueueData>()
}
