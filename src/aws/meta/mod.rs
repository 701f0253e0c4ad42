//! What is known of AWS, and of the provider block, without a call.

mod arn;
mod default_tags;
mod elb_service_account;
mod service;
mod service_principal;

use super::Client;
use crate::provider::registry::Registry;

pub(super) fn register(types: Registry<Client>) -> Registry<Client> {
    types
        .data::<arn::Arn>()
        .data::<default_tags::DefaultTags>()
        .data::<elb_service_account::ElbServiceAccount>()
        .data::<service::Service>()
        .data::<service_principal::ServicePrincipal>()
}
