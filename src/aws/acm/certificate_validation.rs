//! `aws_acm_certificate_validation`: a certificate that has been issued.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_acm::types::{CertificateDetail, CertificateStatus, CertificateType, FailureReason, ValidationMethod};
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;

use super::read;
use crate::aws::gather::one_by_one;
use crate::aws::{Client, validate};
use crate::provider::{
    Actions, CreateCx, Error, ErrorKind, Found, Intent, Object, RemoteId, ResourceType, Result, Timeouts,
};
use crate::schema::{Schema, set_of, string};
use crate::value::Type;

pub struct CertificateValidation;

impl ResourceType for CertificateValidation {
    type Client = Client;
    const NAME: &'static str = "aws_acm_certificate_validation";
    const READ_BATCH: usize = 100;
    const ACTIONS: Actions =
        Actions { read: &["acm:DescribeCertificate"], create: &["acm:DescribeCertificate"], update: &[], delete: &[] };

    fn schema() -> Schema {
        Schema::new(0)
            .attr("certificate_arn", string().required().force_new().check(validate::arn))
            .attr("id", string().optional().computed())
            .attr("validation_record_fqdns", set_of(Type::String).optional().force_new())
            .timeouts(&["create"])
    }

    /// The id in state is the moment of the issue.
    fn remote_id(object: &Object) -> Option<RemoteId> {
        object.string("certificate_arn").map(RemoteId::from)
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        _prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        one_by_one(ids, |id| async move {
            let live = read::describe(client, id.as_str()).await?;
            let issued = live.filter(|live| live.status == Some(CertificateStatus::Issued));
            let found = issued.map(|live| Object::new().with("certificate_arn", id.as_str()).with("id", moment(&live)));
            Ok(found.map_or(Found::Gone, Found::Object))
        })
        .await
    }

    /// Nothing is made: it waits until the certificate is issued.
    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let arn = want.string("certificate_arn").unwrap_or_default();
        let live = read::describe(cx.client, &arn).await?;
        let live = live.ok_or_else(|| Error::not_found(format!("there is no certificate {arn}")))?;
        if live.r#type != Some(CertificateType::AmazonIssued) {
            return Err(Error::other("the certificate is not one that the service issues, so it is not validated"));
        }
        check_records(&live, want)?;
        match &live.status {
            Some(CertificateStatus::Issued) => {
                let id = RemoteId::from(arn);
                cx.created(&id);
                Ok(id)
            }
            Some(CertificateStatus::PendingValidation) => {
                Err(Error::new(ErrorKind::NotYet, "the certificate waits for its validation"))
            }
            status => {
                let status = status.as_ref().map_or("unknown", CertificateStatus::as_str);
                let why = live.failure_reason.as_ref().map_or("", FailureReason::as_str);
                Err(Error::other(format!("the certificate is in status {status} {why}").trim_end().to_owned()))
            }
        }
    }

    async fn delete(_client: &Client, _id: &RemoteId, _prior: &Object) -> Result<()> {
        Ok(())
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        want.string("certificate_arn").map(|arn| ("certificate_arn".to_owned(), arn)).into_iter().collect()
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let Some(arn) = intent.identity.get("certificate_arn") else { return Ok(None) };
        let live = read::describe(client, arn).await?;
        let issued = live.is_some_and(|live| live.status == Some(CertificateStatus::Issued));
        Ok(issued.then(|| arn.as_str().into()))
    }

    fn timeouts() -> Timeouts {
        Timeouts::minutes(75, 75, 75)
    }
}

/// The records that are named must be those that the certificate asks for.
fn check_records(live: &CertificateDetail, want: &Object) -> Result<()> {
    let named: BTreeSet<String> =
        want.strings("validation_record_fqdns").iter().map(|name| name.trim_end_matches('.').to_owned()).collect();
    if named.is_empty() {
        return Ok(());
    }
    let options = live.domain_validation_options();
    if options.iter().any(|d| d.validation_method != Some(ValidationMethod::Dns)) {
        return Err(Error::other("validation_record_fqdns is for certificates that are validated by DNS"));
    }
    let asked =
        options.iter().filter_map(|d| Some((d.domain_name.as_str(), d.resource_record.as_ref()?.name.as_str())));
    let missing: Vec<String> = asked
        .filter(|(_, record)| !named.contains(record.trim_end_matches('.')))
        .map(|(domain, record)| format!("{record} (for {domain})"))
        .collect();
    if missing.is_empty() {
        Ok(())
    } else {
        Err(Error::other(format!("validation_record_fqdns lacks {}", missing.join(", "))))
    }
}

/// The moment of the issue to the millisecond, as Go prints it.
fn moment(live: &CertificateDetail) -> String {
    let millis = live.issued_at.and_then(|at| i64::try_from((at.as_nanos() + 500_000).div_euclid(1_000_000)).ok());
    let at = millis.and_then(|ms| DateTime::from_millis(ms).fmt(Format::DateTime).ok()).unwrap_or_default();
    at.replace('T', " ").replace('Z', " +0000 UTC")
}
