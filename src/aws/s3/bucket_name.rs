//! Names of buckets.

use crate::value::Value;

/// "General purpose bucket naming rules" in the S3 user guide.
pub fn valid(value: &Value) -> Result<(), String> {
    let text = value.as_str().unwrap_or_default();
    if !(3..=63).contains(&text.len()) {
        return Err(format!("\"{text}\" has {} characters; a bucket's name has 3 to 63.", text.len()));
    }
    prefix(value)?;
    let outer = |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    if !outer(text.chars().next()) || !outer(text.chars().last()) || text.contains("..") {
        return Err(format!("\"{text}\" must begin and end with a letter or a digit, and hold no two dots in a row."));
    }
    if text.parse::<std::net::Ipv4Addr>().is_ok() {
        return Err(format!("\"{text}\" must not look like an IP address."));
    }
    Ok(())
}

/// What a name may begin with.
pub fn prefix(value: &Value) -> Result<(), String> {
    let text = value.as_str().unwrap_or_default();
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-".contains(c);
    if text.len() <= 63 && text.chars().all(allowed) {
        Ok(())
    } else {
        Err(format!("\"{text}\" must have lower-case letters, digits, dots and dashes only."))
    }
}

pub fn valid_prefix(value: &Value) -> Result<(), String> {
    let text = value.as_str().unwrap_or_default();
    if text.len() > 37 { Err(format!("\"{text}\" has more than 37 characters.")) } else { prefix(value) }
}
