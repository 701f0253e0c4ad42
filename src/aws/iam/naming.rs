//! Names that nobody chose: a prefix and a suffix made from the token of the creation, so that a retry makes the same.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use crate::provider::{Error, ErrorKind, Intent, Object, Operation, PlannedChange};
use crate::value::Value;

const SUFFIX: usize = 26;

/// The configured name, or one made from the prefix.
pub fn name(want: &Object, token: &str) -> String {
    want.string("name").unwrap_or_else(|| made(want.string("name_prefix").as_deref(), token))
}

/// Name of the object of an unfinished creation.
pub fn intended(intent: &Intent) -> String {
    let identity = |key: &str| intent.identity.get(key).map(String::as_str);
    identity("name").map_or_else(|| made(identity("name_prefix"), &intent.token), str::to_owned)
}

/// What [`intended`] needs, with more attributes.
pub fn identity(want: &Object, more: &[&str]) -> BTreeMap<String, String> {
    let keys = ["name", "name_prefix"].iter().chain(more);
    keys.filter_map(|k| Some(((*k).to_owned(), want.string(k)?))).collect()
}

fn made(prefix: Option<&str>, token: &str) -> String {
    let suffix: String = hex::encode(Sha256::digest(token)).chars().take(SUFFIX).collect();
    format!("{}{suffix}", prefix.unwrap_or("terraform-"))
}

/// The prefix of a name that was made here or by Terraform; empty where somebody chose the name.
pub fn prefix(name: &str) -> &str {
    let cut = name.len().saturating_sub(SUFFIX);
    match (name.get(..cut), name.get(cut..)) {
        (Some(prefix), Some(suffix))
            if suffix.len() == SUFFIX && suffix.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) =>
        {
            prefix
        }
        _ => "",
    }
}

/// Only one of the two may be set.
pub fn check_conflict(change: &mut PlannedChange) {
    let set = |name: &str| change.config.has(name);
    if set("name") && set("name_prefix") {
        change.error("name_prefix", "Set either name or name_prefix, not both.");
    }
}

/// A name of roles and of their policies.
pub fn valid(value: &Value) -> Result<(), String> {
    let text = value.as_str().unwrap_or_default();
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
    if text.is_empty() || text.len() > 128 || !text.chars().all(allowed) {
        return Err(format!("\"{text}\" must have 1 to 128 letters, digits and characters of _+=,.@-."));
    }
    Ok(())
}

/// A name of a role: at most 64 characters.
pub fn valid_role(value: &Value) -> Result<(), String> {
    valid(value)?;
    let text = value.as_str().unwrap_or_default();
    if text.len() > 64 {
        Err(format!("\"{text}\" has more than the 64 characters a role's name may have."))
    } else {
        Ok(())
    }
}

/// A path of IAM: begins and ends with a slash.
pub fn valid_path(value: &Value) -> Result<(), String> {
    let text = value.as_str().unwrap_or_default();
    if text.starts_with('/') && text.ends_with('/') && text.len() <= 512 {
        Ok(())
    } else {
        Err(format!("\"{text}\" is not a path of IAM: it must begin and end with a slash."))
    }
}

/// IAM sees its own changes late: what was just made may not be found yet, also as a principal.
pub fn retries(operation: Operation, error: &Error) -> bool {
    match error.kind {
        ErrorKind::InUse | ErrorKind::NotYet => true,
        ErrorKind::NotFound => operation == Operation::Create,
        _ => {
            operation != Operation::Delete
                && error.has_code("MalformedPolicyDocument")
                && error.message.to_ascii_lowercase().contains("invalid principal")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn made_names_are_stable_and_recognised() {
        let want = Object::new().with("name_prefix", "app-");
        let first = name(&want, "token");
        assert_eq!(first, name(&want, "token"));
        assert_ne!(first, name(&want, "other"));
        assert_eq!(prefix(&first), "app-");
        assert_eq!(prefix("chosen"), "");
        let intent = Intent { token: "token".into(), id: None, identity: identity(&want, &[]) };
        assert_eq!(intended(&intent), first);
    }
}
