//! What settings of a bucket that are types of their own have in common.

use std::collections::BTreeMap;

use crate::provider::{Error, ErrorKind, Object, Operation, RemoteId, Result};

/// The id of a setting: the bucket, and the account that must own it, where that is said.
pub fn id(want: &Object) -> RemoteId {
    let bucket = want.string("bucket").unwrap_or_default();
    match want.string("expected_bucket_owner") {
        Some(owner) => format!("{bucket},{owner}").into(),
        None => bucket.into(),
    }
}

/// Bucket and expected owner.
pub fn parts(id: &RemoteId) -> (&str, Option<String>) {
    match id.as_str().split_once(',') {
        Some((bucket, owner)) => (bucket, Some(owner.to_owned())),
        None => (id.as_str(), None),
    }
}

/// `bucket`, `expected_bucket_owner` and `id` of a setting.
pub fn named(id: &RemoteId) -> Object {
    let (bucket, owner) = parts(id);
    Object::new()
        .with("bucket", bucket)
        .with("expected_bucket_owner", owner.unwrap_or_default())
        .with("id", id.as_str())
}

pub fn identity(want: &Object) -> BTreeMap<String, String> {
    let parts = ["bucket", "expected_bucket_owner"].into_iter();
    parts.filter_map(|k| Some((k.to_owned(), want.string(k)?))).collect()
}

/// The id that a creation of unknown outcome meant.
pub fn intended(identity: &BTreeMap<String, String>) -> Option<RemoteId> {
    let bucket = identity.get("bucket")?;
    Some(match identity.get("expected_bucket_owner") {
        Some(owner) => format!("{bucket},{owner}").into(),
        None => bucket.as_str().into(),
    })
}

/// A bucket that was just made is not seen everywhere at once, and a principal of a policy neither.
pub fn retries(operation: Operation, error: &Error) -> bool {
    let early = operation == Operation::Create && error.has_code("NoSuchBucket");
    let principal = error.has_code("MalformedPolicy") && error.message.contains("principal");
    early || principal || matches!(error.kind, ErrorKind::InUse | ErrorKind::NotYet)
}

/// An error that is tried again: the bucket does not show yet what was set.
pub fn late(what: &str) -> Error {
    Error::new(ErrorKind::NotYet, format!("the bucket does not show its new {what} yet"))
}

/// The answer of a call that reads a setting; `None` where there is no bucket, or no such setting.
pub fn found<T>(answer: Result<T, impl Into<Error>>) -> Result<Option<T>> {
    match answer.map_err(Into::into) {
        Ok(answer) => Ok(Some(answer)),
        Err(e) => e.unless_not_found().map(|()| None),
    }
}
