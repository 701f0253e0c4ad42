//! What the reads and checks of EKS types share.

use aws_sdk_eks::primitives::{DateTime, DateTimeFormat};

use crate::provider::{Error, ErrorKind, Operation, Result};
use crate::value::Value;

/// Turns the error that says "no such thing" into `None`.
pub fn unless_gone<T, E: Into<Error>>(answer: Result<T, E>) -> Result<Option<T>> {
    match answer.map_err(Into::into) {
        Ok(answer) => Ok(Some(answer)),
        Err(e) if gone(&e) => Ok(None),
        Err(e) => Err(e),
    }
}

/// Some calls say with a `ClientException` that there is no such cluster.
fn gone(error: &Error) -> bool {
    error.is_not_found() || (error.has_code("ClientException") && error.message.contains("No cluster found for name"))
}

/// A time as the state holds it: to the second.
pub fn timestamp(time: Option<&DateTime>) -> Option<String> {
    DateTime::from_secs(time?.secs()).fmt(DateTimeFormat::DateTime).ok()
}

/// A time as some attributes have it: `2026-01-02 03:04:05.678 +0000 UTC`.
pub fn long_timestamp(time: Option<&DateTime>) -> Option<String> {
    // The API tells milliseconds, as a number that is a little off.
    let time = DateTime::from_millis((time?.as_nanos() + 500_000).div_euclid(1_000_000).try_into().ok()?);
    let fraction = match time.subsec_nanos() {
        0 => String::new(),
        nanos => format!(".{nanos:09}").trim_end_matches('0').to_owned(),
    };
    let second = timestamp(Some(&time))?;
    let (day, second) = second.trim_end_matches('Z').split_once('T')?;
    Some(format!("{day} {second}{fraction} +0000 UTC"))
}

/// Issues of an object's health as one text: `code: message (resource, resource)`.
pub fn issue(code: Option<&str>, message: Option<&str>, resources: Option<&Vec<String>>) -> String {
    let mut text = format!("{}: {}", code.unwrap_or("unknown"), message.unwrap_or("no message"));
    if let Some(resources) = resources.filter(|r| !r.is_empty()) {
        text.push_str(&format!(" ({})", resources.join(", ")));
    }
    text
}

/// Whether a write may succeed later: something changes at present, or a role is not visible yet.
pub fn retries(operation: Operation, error: &Error) -> bool {
    let says = |text: &str| error.message.contains(text);
    match error.kind {
        // A name that is taken stays taken.
        ErrorKind::InUse | ErrorKind::NotYet => operation != Operation::Create || !says("already"),
        _ if operation == Operation::Delete => false,
        _ if error.has_code("InvalidParameterException") => NOT_VISIBLE_YET.iter().any(|text| says(text)),
        _ if error.has_code("InvalidRequestException") => {
            says("not in ACTIVE") || says("is not active") || says("in progress")
        }
        _ => false,
    }
}

/// What EKS says of a role or of its policies that IAM has not spread yet.
const NOT_VISIBLE_YET: &[&str] = &[
    "does not exist",
    "cannot be found",
    "could not be found",
    "Error in role params",
    "could not be assumed",
    "cannot be assumed",
    "not assumable",
    "not found in the trust relationships",
    "doesn't have the Amazon EKS Managed Policies associated",
    "IAM role's policy must include",
    "invalid principal",
];

/// A name of a cluster.
pub fn cluster_name(value: &Value) -> Result<(), String> {
    let text = value.as_str().unwrap_or_default();
    let first = text.starts_with(|c: char| c.is_ascii_alphanumeric());
    let rest = text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    if first && rest && text.len() <= 100 {
        return Ok(());
    }
    Err(format!(
        "\"{text}\" is not a name of a cluster: 1 to 100 letters, digits, hyphens and underscores, the first one a \
         letter or digit."
    ))
}

/// A Kubernetes version such as 1.33.
pub fn kubernetes_version(value: &Value) -> Result<(), String> {
    let text = value.as_str().unwrap_or_default();
    let minor = text.strip_prefix("1.").unwrap_or_default();
    if !minor.is_empty() && minor.len() <= 3 && minor.bytes().all(|b| b.is_ascii_digit()) {
        return Ok(());
    }
    Err(format!("\"{text}\" is not a Kubernetes version of EKS: write the minor version, for example \"1.33\"."))
}

/// One of several words.
pub fn one_of(name: &str, value: &Value, words: &[&str]) -> Result<(), String> {
    let text = value.as_str().unwrap_or_default();
    if words.contains(&text) {
        return Ok(());
    }
    Err(format!("{name} cannot be \"{text}\": use one of {}.", words.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_timestamps() {
        let text = |secs, nanos| long_timestamp(Some(&DateTime::from_secs_and_nanos(secs, nanos)));
        assert_eq!(text(1, 374_999_994).as_deref(), Some("1970-01-01 00:00:01.375 +0000 UTC"));
        assert_eq!(text(1, 0).as_deref(), Some("1970-01-01 00:00:01 +0000 UTC"));
    }

    #[test]
    fn a_taken_name_is_not_tried_again() {
        let mut taken = Error::new(ErrorKind::InUse, "NodeGroup already exists with name a and cluster name b");
        assert!(!retries(Operation::Create, &taken));
        assert!(retries(Operation::Delete, &taken));
        taken.message = "Cluster has an update in progress".into();
        assert!(retries(Operation::Create, &taken));
        let mut role = Error::other("The role with name x cannot be found.");
        role.code = Some("InvalidParameterException".into());
        assert!(retries(Operation::Create, &role));
        assert!(!retries(Operation::Delete, &role));
    }

    #[test]
    fn versions_have_two_numbers() {
        for (text, good) in [("1.33", true), ("1.33.2", false), ("v1.33", false), ("1.", false), ("2.1", false)] {
            assert_eq!(kubernetes_version(&text.into()).is_ok(), good, "{text}");
        }
    }
}
