//! Names of rules and of the buses that they are on.

use crate::value::Value;

pub const DEFAULT_BUS: &str = "default";

/// The id of a rule: its name, behind that of a bus other than the default one.
pub fn id(bus: Option<String>, rule: &str) -> String {
    match bus.filter(|bus| bus != DEFAULT_BUS) {
        Some(bus) => format!("{bus}/{rule}"),
        None => rule.to_owned(),
    }
}

/// Bus and name of a rule by its id. Names of buses may hold slashes, those of rules may not.
pub fn parts(id: &str) -> (&str, &str) {
    id.rsplit_once('/').unwrap_or((DEFAULT_BUS, id))
}

pub fn valid(value: &Value) -> Result<(), String> {
    let text = value.as_str().unwrap_or_default();
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    if (1..=64).contains(&text.len()) && text.chars().all(allowed) {
        Ok(())
    } else {
        Err(format!("\"{text}\" must have 1 to 64 letters, digits and characters of _.-"))
    }
}

pub fn valid_prefix(value: &Value) -> Result<(), String> {
    let text = value.as_str().unwrap_or_default();
    if text.len() > 38 { Err(format!("\"{text}\" has more than 38 characters.")) } else { valid(value) }
}

/// A name or an ARN of an event bus.
pub fn valid_bus(value: &Value) -> Result<(), String> {
    let text = value.as_str().unwrap_or_default();
    let allowed = |c: char| c.is_ascii_alphanumeric() || "/_.-".contains(c);
    if text.starts_with("arn:") || ((1..=256).contains(&text.len()) && text.chars().all(allowed)) {
        Ok(())
    } else {
        Err(format!("\"{text}\" is neither the name nor the ARN of an event bus."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_taken_apart_as_they_are_made() {
        assert_eq!(parts(&id(None, "r")), ("default", "r"));
        assert_eq!(parts(&id(Some("aws.partner/x/y".into()), "r")), ("aws.partner/x/y", "r"));
    }
}
