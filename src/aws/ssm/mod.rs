//! Systems Manager.

mod ephemeral_parameter;
mod parameter;

use super::Client;
use crate::provider::registry::Registry;

pub(super) fn register(types: Registry<Client>) -> Registry<Client> {
    types.data::<parameter::Parameter>().ephemeral::<ephemeral_parameter::EphemeralParameter>()
}
