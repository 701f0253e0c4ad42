//! Names of load balancers and target groups: at most 32 letters, digits and hyphens.

use crate::provider::{Error, ErrorKind, PlannedChange};
use crate::value::Value;

const LONGEST: usize = 32;
/// What a prefix leaves room for.
const LONGEST_PREFIX: usize = 6;

pub fn valid(value: &Value) -> Result<(), String> {
    let name = value.as_str().unwrap_or_default();
    let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if name.len() <= LONGEST && plain && !name.starts_with('-') && !name.ends_with('-') {
        return Ok(());
    }
    Err(format!("\"{name}\": a name has at most {LONGEST} letters, digits and hyphens, and no hyphen at its ends."))
}

/// The name of a load balancer, which may not look like one that AWS gives to internal ones.
pub fn valid_balancer(value: &Value) -> Result<(), String> {
    valid(value)?;
    if value.as_str().is_some_and(|name| name.starts_with("internal-")) {
        return Err("The name of a load balancer may not start with \"internal-\".".into());
    }
    Ok(())
}

pub fn valid_prefix(value: &Value) -> Result<(), String> {
    let prefix = value.as_str().unwrap_or_default();
    let plain = prefix.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if prefix.len() <= LONGEST_PREFIX && plain && !prefix.starts_with('-') {
        return Ok(());
    }
    Err(format!("\"{prefix}\": a prefix has at most {LONGEST_PREFIX} letters, digits and hyphens, no hyphen first."))
}

/// `name` and `name_prefix` exclude each other.
pub fn one(change: &mut PlannedChange) {
    if change.configured("name") && change.configured("name_prefix") {
        change.error("name_prefix", "name_prefix and name exclude each other.");
    }
}

/// AWS answers a creation that names an object with the same settings with that object: it is not ours.
pub fn taken(what: &str, name: &str) -> Error {
    Error::new(ErrorKind::Exists, format!("there is a {what} \"{name}\" already"))
        .hint("Import it, or choose another name.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short_and_plain() {
        assert!(valid(&"a-1".into()).is_ok() && valid_prefix(&"a-".into()).is_ok());
        for name in ["-a", "a-", "a_b", &"a".repeat(33)] {
            assert!(valid(&name.into()).is_err(), "{name}");
        }
        assert!(valid_balancer(&"internal-a".into()).is_err() && valid_prefix(&"abcdefg".into()).is_err());
    }
}
