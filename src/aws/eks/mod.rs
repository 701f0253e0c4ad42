//! EKS.

mod access_entry;
mod access_policy_association;
mod addon;
mod cluster;
mod cluster_auth;
mod cluster_blocks;
mod cluster_schema;
mod cluster_update;
mod node_group;
mod node_group_schema;
mod pod_identity_association;
mod read;
mod tags;
mod token;
mod updates;

use super::Client;
use crate::provider::registry::Registry;

pub(super) fn register(types: Registry<Client>) -> Registry<Client> {
    types
        .resource::<access_entry::AccessEntry>()
        .resource::<access_policy_association::AccessPolicyAssociation>()
        .resource::<addon::Addon>()
        .resource::<cluster::Cluster>()
        .resource::<node_group::NodeGroup>()
        .data::<cluster_auth::ClusterAuthData>()
        .ephemeral::<cluster_auth::ClusterAuth>()
        .resource::<pod_identity_association::PodIdentityAssociation>()
}
