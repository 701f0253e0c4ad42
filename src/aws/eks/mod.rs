//! EKS.

mod access_entry;
mod access_entry_data;
mod access_policy_association;
mod addon;
mod addon_data;
mod capability;
mod cluster;
mod cluster_auth;
mod cluster_blocks;
mod cluster_data;
mod cluster_schema;
mod cluster_update;
mod fargate_profile;
mod identity_provider_config;
mod node_group;
mod node_group_data;
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
        .data::<access_entry_data::AccessEntryData>()
        .resource::<access_policy_association::AccessPolicyAssociation>()
        .resource::<addon::Addon>()
        .data::<addon_data::AddonData>()
        .data::<addon_data::AddonVersionData>()
        .resource::<cluster::Cluster>()
        .ephemeral::<cluster_auth::ClusterAuth>()
        .data::<cluster_auth::ClusterAuthData>()
        .data::<cluster_data::ClusterData>()
        .data::<cluster_data::ClustersData>()
        .resource::<fargate_profile::FargateProfile>()
        .resource::<identity_provider_config::IdentityProviderConfig>()
        .resource::<node_group::NodeGroup>()
        .data::<node_group_data::NodeGroupData>()
        .data::<node_group_data::NodeGroupsData>()
        .resource::<pod_identity_association::PodIdentityAssociation>()
}
