//! KMS.

mod alias;
mod key;
mod secrets;
mod tags;

use super::Client;
use crate::provider::registry::Registry;

pub(super) fn register(types: Registry<Client>) -> Registry<Client> {
    types.resource::<alias::Alias>().resource::<key::Key>().ephemeral::<secrets::Secrets>()
}
