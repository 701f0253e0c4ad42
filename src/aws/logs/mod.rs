//! CloudWatch Logs.

mod log_group;

use super::Client;
use crate::provider::registry::Registry;

pub(super) fn register(types: Registry<Client>) -> Registry<Client> {
    types.resource::<log_group::LogGroup>()
}
