//! Checks of single values that many types share. Each error is a full sentence.

use crate::value::Value;

/// An IPv4 or IPv6 network in CIDR notation without host bits.
pub fn cidr(value: &Value) -> Result<(), String> {
    let text = value.as_str().unwrap_or_default();
    let network: ipnet::IpNet =
        text.parse().map_err(|_| format!("\"{text}\" is not a network in CIDR notation such as 10.0.0.0/16."))?;
    if network.trunc() == network {
        Ok(())
    } else {
        Err(format!("\"{text}\" has host bits set; the network is {}.", network.trunc()))
    }
}

/// An Amazon resource name.
pub fn arn(value: &Value) -> Result<(), String> {
    let text = value.as_str().unwrap_or_default();
    if text.is_empty() || (text.starts_with("arn:") && text.splitn(6, ':').count() == 6) {
        Ok(())
    } else {
        Err(format!("\"{text}\" is not an ARN (arn:partition:service:region:account:resource)."))
    }
}

/// A port from 0 to 65535, or -1 for all.
pub fn port(value: &Value) -> Result<(), String> {
    match value.as_i64() {
        Some(-1..=65535) => Ok(()),
        _ => Err("A port must be an integer from 0 to 65535, or -1 for all.".into()),
    }
}

/// A JSON document.
pub fn json(value: &Value) -> Result<(), String> {
    let text = value.as_str().unwrap_or_default();
    match serde_json::from_str::<serde_json::Value>(text) {
        Ok(_) => Ok(()),
        Err(e) if value.is_sensitive_deep() => Err(format!("The value is not valid JSON (line {}).", e.line())),
        Err(e) => Err(format!("The value is not valid JSON: {e}.")),
    }
}

/// One of the texts given.
pub fn one_of(value: &Value, allowed: &[&str]) -> Result<(), String> {
    let text = value.as_str().unwrap_or_default();
    if allowed.contains(&text) {
        return Ok(());
    }
    Err(format!("\"{text}\" is not one of {}.", allowed.join(", ")))
}

/// An integer from `least` to `most`.
pub fn between(value: &Value, least: i64, most: i64) -> Result<(), String> {
    match value.as_i64() {
        Some(n) if (least..=most).contains(&n) => Ok(()),
        _ => Err(format!("The value must be an integer from {least} to {most}.")),
    }
}

/// Twelve digits.
pub fn account(value: &Value) -> Result<(), String> {
    let text = value.as_str().unwrap_or_default();
    if text.is_empty() || (text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())) {
        Ok(())
    } else {
        Err(format!("\"{text}\" is not the id of an account: 12 digits."))
    }
}
