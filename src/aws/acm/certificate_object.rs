//! Certificates as they are live.

use aws_sdk_acm::types::{
    CertificateDetail, CertificateStatus, CertificateType, KeyAlgorithm, RenewalEligibility, RenewalStatus,
    ValidationMethod,
};
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;

use super::certificate_plan;
use crate::aws::tags;
use crate::provider::Object;
use crate::value::{Type, Value};

#[expect(deprecated, reason = "the provider has the logging preference still")]
pub fn object(live: &CertificateDetail, live_tags: tags::Tags) -> Object {
    let arn = live.certificate_arn.as_deref().unwrap_or_default();
    let method = live.domain_validation_options().iter().find_map(|d| d.validation_method.clone());
    let preference = live.options.as_ref().and_then(|o| o.certificate_transparency_logging_preference.as_ref());
    let options = preference.map(|p| Object::new().with("certificate_transparency_logging_preference", p.as_str()));
    let emails = live.domain_validation_options().iter().flat_map(|d| d.validation_emails());
    let eligibility = live.renewal_eligibility.as_ref();
    let mut object = Object::new()
        .with("arn", arn)
        .with("certificate_authority_arn", live.certificate_authority_arn.clone().unwrap_or_default())
        .with("domain_name", live.domain_name.clone())
        .with("domain_validation_options", records(live))
        .with("id", arn)
        .with("key_algorithm", live.key_algorithm.as_ref().map_or_else(String::new, algorithm))
        .with("not_after", live.not_after.as_ref().map_or_else(String::new, time))
        .with("not_before", live.not_before.as_ref().map_or_else(String::new, time))
        .with("options", options.into_iter().collect::<Vec<_>>())
        .with("pending_renewal", false)
        .with("renewal_eligibility", eligibility.map_or("", RenewalEligibility::as_str))
        .with("renewal_summary", renewal(live))
        .with("status", live.status.as_ref().map_or("", CertificateStatus::as_str))
        .with("subject_alternative_names", live.subject_alternative_names().to_vec())
        .with("type", live.r#type.as_ref().map_or("", CertificateType::as_str))
        .with("validation_emails", emails.cloned().collect::<Vec<_>>())
        .with("validation_method", method.as_ref().map_or("NONE", ValidationMethod::as_str))
        .with("_status", pending(live));
    tags::set(&mut object, live_tags);
    object
}

/// What AWS has to tell before the certificate can be validated.
fn pending(live: &CertificateDetail) -> Option<&'static str> {
    let issued_here = live.r#type == Some(CertificateType::AmazonIssued);
    let waits = live.status == Some(CertificateStatus::PendingValidation);
    let options = live.domain_validation_options();
    let complete = options.iter().all(|d| match d.validation_method {
        Some(ValidationMethod::Dns) => d.resource_record.is_some(),
        Some(ValidationMethod::Email) => !d.validation_emails().is_empty(),
        _ => true,
    });
    (issued_here && waits && (!complete || options.is_empty())).then_some("the records of its domains are not there")
}

fn records(live: &CertificateDetail) -> Value {
    let records = live.domain_validation_options().iter().filter_map(|d| {
        let record = d.resource_record.as_ref()?;
        let object = Object::new()
            .with("domain_name", d.domain_name.as_str())
            .with("resource_record_name", record.name.as_str())
            .with("resource_record_type", record.r#type.as_str())
            .with("resource_record_value", record.value.as_str());
        Some(object.into_value())
    });
    Value::set(certificate_plan::record_type(), records.collect())
}

fn renewal(live: &CertificateDetail) -> Value {
    let texts = ["renewal_status", "renewal_status_reason", "updated_at"];
    let summaries = live.renewal_summary.iter().map(|summary| {
        Object::new()
            .with("renewal_status", RenewalStatus::as_str(&summary.renewal_status))
            .with("renewal_status_reason", summary.renewal_status_reason.as_ref().map_or("", |r| r.as_str()))
            .with("updated_at", time(&summary.updated_at))
            .into_value()
    });
    Value::list(Type::object(texts.map(|name| (name, Type::String))), summaries.collect())
}

/// The service writes `RSA-2048` where it reads `RSA_2048`.
fn algorithm(live: &KeyAlgorithm) -> String {
    live.as_str().replace('-', "_")
}

fn time(at: &DateTime) -> String {
    at.fmt(Format::DateTime).unwrap_or_default()
}
