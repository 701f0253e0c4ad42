//! Simple Storage Service.

mod bucket;
mod bucket_data;
mod bucket_name;
mod bucket_objects;
mod bucket_policy;
mod bucket_schema;
mod bucket_state;
mod bucket_tags;
mod canonical_user_id;
mod encryption;
mod hosted_zones;
mod lifecycle;
mod lifecycle_rule;
mod lifecycle_schema;
mod object;
mod object_delete;
mod object_request;
mod object_schema;
mod ownership_controls;
mod part;
mod public_access_block;
mod versioning;

use super::Client;
use crate::provider::registry::Registry;

pub(super) fn register(types: Registry<Client>) -> Registry<Client> {
    types
        .resource::<bucket::Bucket>()
        .resource::<bucket_policy::BucketPolicy>()
        .resource::<encryption::Encryption>()
        .resource::<lifecycle::Lifecycle>()
        .resource::<object::S3Object>()
        .resource::<ownership_controls::OwnershipControls>()
        .resource::<public_access_block::PublicAccessBlock>()
        .resource::<versioning::Versioning>()
        .data::<bucket_data::BucketData>()
        .data::<canonical_user_id::CanonicalUserId>()
}
