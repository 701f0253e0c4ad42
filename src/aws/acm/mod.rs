//! Certificate Manager.

mod certificate;
mod certificate_data;
mod certificate_object;
mod certificate_plan;
mod certificate_validation;
mod read;

use super::Client;
use crate::provider::registry::Registry;

pub(super) fn register(types: Registry<Client>) -> Registry<Client> {
    types
        .resource::<certificate::Certificate>()
        .resource::<certificate_validation::CertificateValidation>()
        .data::<certificate_data::CertificateData>()
}
