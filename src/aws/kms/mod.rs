//! KMS.

mod alias;
mod alias_data;
mod grant;
mod key;
mod key_data;
mod key_policy;
mod secrets;
mod tags;

use super::Client;
use crate::provider::registry::Registry;

pub(super) fn register(types: Registry<Client>) -> Registry<Client> {
    types
        .resource::<alias::Alias>()
        .resource::<grant::Grant>()
        .resource::<key::Key>()
        .ephemeral::<secrets::Secrets>()
        .data::<alias_data::AliasData>()
        .data::<key_data::KeyData>()
        .resource::<key_policy::KeyPolicy>()
        .data::<secrets::SecretsData>()
}
