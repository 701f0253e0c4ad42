//! Elastic Container Registry.

mod lifecycle_policy;
mod lifecycle_text;
mod repository;
mod repository_data;
mod repository_policy;

use super::Client;
use crate::provider::registry::Registry;

pub(super) fn register(types: Registry<Client>) -> Registry<Client> {
    types
        .resource::<lifecycle_policy::LifecyclePolicy>()
        .resource::<repository::Repository>()
        .resource::<repository_policy::RepositoryPolicy>()
        .data::<repository_data::RepositoryData>()
}
