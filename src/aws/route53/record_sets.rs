//! Record sets of zones: found by key, and changed.

use std::collections::BTreeMap;

use aws_sdk_route53::error::SdkError;
use aws_sdk_route53::operation::change_resource_record_sets::ChangeResourceRecordSetsError;
use aws_sdk_route53::types::{Change, ChangeAction, ChangeBatch, ResourceRecordSet, RrType};

use super::dns;
use crate::aws::Client;
use crate::provider::{Error, ErrorKind, Result};

/// What makes a record set unique within its zone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// Normalised.
    pub fqdn: String,
    pub kind: String,
    /// Empty for simple records.
    pub set: String,
}

impl Key {
    fn of(record: &ResourceRecordSet) -> Self {
        Self {
            fqdn: dns::normal(&record.name),
            kind: record.r#type.as_str().to_owned(),
            set: record.set_identifier.clone().unwrap_or_default(),
        }
    }
}

/// The record sets of these keys. One is looked up by name and type; several come from the list of the whole zone,
/// which is turned page by page until all are found.
pub async fn find(client: &Client, zone: &str, keys: &[Key]) -> Result<BTreeMap<Key, ResourceRecordSet>> {
    let single = if let [key] = keys { Some(key) } else { None };
    let mut found = BTreeMap::new();
    let mut start = single.map(|k| (format!("{}.", k.fqdn), RrType::from(k.kind.as_str()), None));
    while found.len() < keys.len() {
        let (name, kind, set) = match start.take() {
            Some((name, kind, set)) => (Some(name), Some(kind), set),
            None => (None, None, None),
        };
        let answer = client
            .route53()
            .list_resource_record_sets()
            .hosted_zone_id(zone)
            .set_start_record_name(name)
            .set_start_record_type(kind)
            .set_start_record_identifier(set)
            .set_max_items(single.filter(|k| k.set.is_empty()).map(|_| 1))
            .send()
            .await?;
        for record in answer.resource_record_sets {
            let key = Key::of(&record);
            if keys.contains(&key) {
                found.insert(key, record);
            }
        }
        let Some((name, kind)) = answer.next_record_name.zip(answer.next_record_type) else { break };
        let beyond = |k: &Key| dns::normal(&name) != k.fqdn || kind.as_str() != k.kind;
        if !answer.is_truncated || single.is_some_and(beyond) {
            break;
        }
        start = Some((name, kind, answer.next_record_identifier));
    }
    Ok(found)
}

/// All record sets of a zone.
pub async fn all(client: &Client, zone: &str) -> Result<Vec<ResourceRecordSet>> {
    let mut all = Vec::new();
    let mut next = (None, None, None);
    loop {
        let answer = client
            .route53()
            .list_resource_record_sets()
            .hosted_zone_id(zone)
            .set_start_record_name(next.0)
            .set_start_record_type(next.1)
            .set_start_record_identifier(next.2)
            .send()
            .await?;
        all.extend(answer.resource_record_sets);
        if !answer.is_truncated || answer.next_record_name.is_none() {
            return Ok(all);
        }
        next = (answer.next_record_name, answer.next_record_type, answer.next_record_identifier);
    }
}

/// One change of a batch.
pub fn change(action: ChangeAction, record: ResourceRecordSet) -> Result<Change> {
    let change = Change::builder().action(action).resource_record_set(record).build();
    change.map_err(|e| Error::other(e.to_string()))
}

/// Changes of one zone, all of them or none.
///
/// Does not wait until all name servers know of them (`INSYNC`, about a minute): lists show a change at once, further
/// changes are accepted at once, and whoever needs the answer of a resolver asks one.
pub async fn apply(client: &Client, zone: &str, changes: Vec<Change>) -> Result<()> {
    let batch = ChangeBatch::builder().set_changes(Some(changes)).build();
    let batch = batch.map_err(|e| Error::other(e.to_string()))?;
    let call = client.route53().change_resource_record_sets().hosted_zone_id(zone).change_batch(batch);
    call.send().await.map(drop).map_err(error)
}

/// The reasons for a refused batch stand in a list of their own.
fn error<R>(error: SdkError<ChangeResourceRecordSetsError, R>) -> Error
where
    Error: From<SdkError<ChangeResourceRecordSetsError, R>>,
{
    let reasons = match error.as_service_error() {
        Some(ChangeResourceRecordSetsError::InvalidChangeBatch(batch)) => batch.messages().join("; "),
        _ => String::new(),
    };
    let mut error = Error::from(error);
    if !reasons.is_empty() {
        error.message = reasons;
    }
    if error.has_code("InvalidChangeBatch") && error.message.contains("already exists") {
        error.kind = ErrorKind::Exists;
        error.hint = Some("Import the record, or set allow_overwrite to take it over.".into());
    }
    error
}
