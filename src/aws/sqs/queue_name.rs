//! Names of queues; those of FIFO queues end in `.fifo`, also where they are chosen.

use sha2::{Digest, Sha256};

use crate::provider::{Intent, Object};
use crate::value::Value;

const FIFO: &str = ".fifo";
const PREFIX: &str = "terraform-";
const SUFFIX: usize = 26;

/// The configured name, or one that follows from the token of the creation.
pub fn of(want: &Object, token: &str) -> String {
    let prefix = want.string("name_prefix");
    want.string("name").unwrap_or_else(|| chosen(prefix.as_deref(), want.bool("fifo_queue") == Some(true), token))
}

pub fn of_intent(intent: &Intent) -> String {
    let get = |key: &str| intent.identity.get(key);
    let chosen = || chosen(get("name_prefix").map(String::as_str), get("fifo_queue").is_some(), &intent.token);
    get("name").cloned().unwrap_or_else(chosen)
}

/// The prefix of a chosen name; empty for names that were given.
pub fn prefix(name: &str) -> &str {
    crate::aws::name::prefix(name.strip_suffix(FIFO).unwrap_or(name))
}

pub fn valid(name: &str, fifo: bool) -> Result<(), String> {
    let stem = if fifo { name.strip_suffix(FIFO) } else { Some(name) };
    let most = if fifo { 75 } else { 80 };
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
    match stem {
        Some(stem) if (1..=most).contains(&stem.len()) && stem.chars().all(allowed) => Ok(()),
        _ if fifo => {
            Err(format!("\"{name}\": a FIFO queue's name has 1 to 75 letters, digits, _ and -, and then .fifo."))
        }
        _ => Err(format!("\"{name}\": a queue's name has 1 to 80 letters, digits, _ and -.")),
    }
}

pub fn not_empty(value: &Value) -> Result<(), String> {
    if value.as_str() == Some("") { Err("A name must not be empty.".into()) } else { Ok(()) }
}

fn chosen(prefix: Option<&str>, fifo: bool, token: &str) -> String {
    let mut suffix = hex::encode(Sha256::digest(token));
    suffix.truncate(SUFFIX);
    format!("{}{suffix}{}", prefix.unwrap_or(PREFIX), if fifo { FIFO } else { "" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_fifo_queues_end_so() {
        let want = Object::new().with("name_prefix", "a-").with("fifo_queue", true);
        let name = of(&want, "t");
        assert!(valid(&name, true).is_ok() && valid(&name, false).is_err());
        assert_eq!(prefix(&name), "a-");
        assert_eq!(prefix("given.fifo"), "");
    }
}
