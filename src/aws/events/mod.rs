//! EventBridge.

mod ecs_target;
mod rule;
mod rule_name;
mod target;
mod target_parts;
mod target_schema;

use super::Client;
use crate::provider::registry::Registry;

pub(super) fn register(types: Registry<Client>) -> Registry<Client> {
    types.resource::<rule::Rule>().resource::<target::Target>()
}
