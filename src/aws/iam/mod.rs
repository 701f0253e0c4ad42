//! IAM.

mod access_key;
mod account_alias;
mod document;
mod group;
mod instance_profile;
pub(super) mod naming;
mod openid_connect_provider;
mod openid_connect_provider_data;
mod people;
mod policy;
mod policy_data;
mod policy_document;
mod read;
mod role;
mod role_data;
mod role_policy;
mod role_policy_attachment;
mod roles_data;
mod service_linked_role;
mod session_context;
mod smtp_password;
mod tags;
mod user;
mod user_credentials;
mod user_policy_attachment;

pub(super) use read::timestamp;

use super::Client;
use crate::provider::registry::Registry;

pub(super) fn register(types: Registry<Client>) -> Registry<Client> {
    types
        .resource::<access_key::AccessKey>()
        .data::<account_alias::AccountAlias>()
        .resource::<group::Group>()
        .resource::<instance_profile::InstanceProfile>()
        .resource::<openid_connect_provider::OpenIdConnectProvider>()
        .data::<openid_connect_provider_data::OpenIdConnectProviderData>()
        .resource::<policy::Policy>()
        .data::<policy_data::PolicyData>()
        .data::<policy_document::PolicyDocument>()
        .resource::<role::Role>()
        .data::<role_data::RoleData>()
        .resource::<role_policy::RolePolicy>()
        .resource::<role_policy_attachment::RolePolicyAttachment>()
        .data::<roles_data::RolesData>()
        .resource::<service_linked_role::ServiceLinkedRole>()
        .data::<session_context::SessionContext>()
        .resource::<user::User>()
        .resource::<user_policy_attachment::UserPolicyAttachment>()
}
