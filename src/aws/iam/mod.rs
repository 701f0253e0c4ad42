//! IAM.

mod document;
pub(super) mod naming;
mod openid_connect_provider;
mod policy;
mod policy_document;
mod read;
mod role;
mod role_policy;
mod role_policy_attachment;
mod tags;

use super::Client;
use crate::provider::registry::Registry;

pub(super) fn register(types: Registry<Client>) -> Registry<Client> {
    types
        .data::<policy_document::PolicyDocument>()
        .resource::<openid_connect_provider::OpenIdConnectProvider>()
        .resource::<policy::Policy>()
        .resource::<role::Role>()
        .resource::<role_policy::RolePolicy>()
        .resource::<role_policy_attachment::RolePolicyAttachment>()
}
