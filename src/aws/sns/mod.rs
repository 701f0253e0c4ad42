//! Simple Notification Service.

mod attributes;
mod subscription;
mod topic;
mod topic_data;
mod topic_policy;

use super::Client;
use crate::provider::registry::Registry;

pub(super) fn register(types: Registry<Client>) -> Registry<Client> {
    types
        .resource::<subscription::Subscription>()
        .resource::<topic::Topic>()
        .resource::<topic_policy::TopicPolicy>()
        .data::<topic_data::TopicData>()
}
