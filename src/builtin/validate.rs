//! What several types demand of their arguments.

use crate::eval::functions::Moment;
use crate::value::Value;

/// A whole number.
pub fn whole(value: &Value) -> Result<(), String> {
    value.as_i64().map(drop).ok_or_else(|| "A whole number is required.".into())
}

/// A whole number of at least one.
pub fn at_least_one(value: &Value) -> Result<(), String> {
    whole(value)?;
    match value.as_i64() {
        Some(n) if n < 1 => Err(format!("The value must be at least 1, got: {n}.")),
        _ => Ok(()),
    }
}

/// A point in time as RFC 3339 writes it.
pub fn moment(value: &Value) -> Result<(), String> {
    let text = value.as_str().unwrap_or_default();
    match Moment::parse(text) {
        Ok(_) => Ok(()),
        Err(_) => Err(format!("\"{text}\" is no time in the form of RFC 3339, such as \"2020-02-12T06:36:13Z\".")),
    }
}
