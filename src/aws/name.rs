//! Names that are chosen for objects whose configuration gives a prefix, or nothing.
//!
//! Knows nothing of any service. A chosen name follows from the token of the creation: a retry makes the same one.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use crate::provider::{Intent, Object};

/// Hexadecimal digits behind a prefix; other programs recognise a prefix by this length too.
const SUFFIX: usize = 26;

/// The name of an object to be created: `name`, or one behind `name_prefix` (or else behind `prefix`).
pub fn of(want: &Object, token: &str, prefix: &str) -> String {
    match want.string("name") {
        Some(name) => name,
        None => behind(&want.string("name_prefix").unwrap_or_else(|| prefix.to_owned()), token),
    }
}

/// What the journal has to hold so that [`of_intent`] gives the same name as [`of`].
pub fn identity(want: &Object) -> BTreeMap<String, String> {
    ["name", "name_prefix"].into_iter().filter_map(|k| Some((k.to_owned(), want.string(k)?))).collect()
}

/// The name that a creation of unknown outcome used.
pub fn of_intent(intent: &Intent, prefix: &str) -> String {
    match intent.identity.get("name") {
        Some(name) => name.clone(),
        None => behind(intent.identity.get("name_prefix").map_or(prefix, String::as_str), &intent.token),
    }
}

/// The prefix of a chosen name; empty for names that were given.
pub fn prefix(name: &str) -> &str {
    let Some((prefix, suffix)) = name.len().checked_sub(SUFFIX).and_then(|at| name.split_at_checked(at)) else {
        return "";
    };
    if suffix.bytes().all(|b| b.is_ascii_hexdigit()) { prefix } else { "" }
}

/// A prefix and a suffix that follows from the token.
pub fn behind(prefix: &str, token: &str) -> String {
    let mut suffix = hex::encode(Sha256::digest(token));
    suffix.truncate(SUFFIX);
    format!("{prefix}{suffix}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chosen_names_are_stable_and_show_their_prefix() {
        let want = Object::new().with("name_prefix", "app-");
        let name = of(&want, "t1", "x-");
        assert_eq!(name, of(&want, "t1", "x-"));
        assert_ne!(name, of(&want, "t2", "x-"));
        assert_eq!(prefix(&name), "app-");
        assert_eq!(prefix("short"), "");
        let intent = Intent { token: "t1".into(), id: None, identity: identity(&want) };
        assert_eq!(of_intent(&intent, "x-"), name);
    }
}
