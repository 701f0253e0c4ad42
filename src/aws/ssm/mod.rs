//! Systems Manager.

mod ephemeral_parameter;
mod parameter;
mod parameter_resource;

use super::Client;
use crate::provider::registry::Registry;

pub(super) fn register(types: Registry<Client>) -> Registry<Client> {
    types
        .resource::<parameter_resource::Parameter>()
        .data::<parameter::Parameter>()
        .ephemeral::<ephemeral_parameter::EphemeralParameter>()
}
