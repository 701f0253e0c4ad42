//! Values to JSON, byte for byte as the language defines it.

use super::{Accepts, Answer, Args, Function, Outcome, param};
use crate::value::{Kind, Refinement, Type, Value};

pub(super) const FUNCTIONS: &[Function] = &[Function::new(
    "jsonencode",
    &[param("val", Accepts::Any).null().unknown()],
    Outcome::Of(Accepts::String),
    jsonencode,
)];

fn jsonencode(a: &Args<'_>) -> Answer {
    let value = a.value(0)?;
    if !value.is_wholly_known() {
        let prefix = match &value.kind {
            Kind::List(..) | Kind::Set(..) | Kind::Tuple(_) => Some("["),
            Kind::Map(..) | Kind::Object(_) => Some("{"),
            _ => None,
        };
        let refinement = Refinement { not_null: true, prefix: prefix.map(Into::into), ..Refinement::default() };
        return Ok(Value::unknown_refined(Type::String, refinement));
    }
    let mut out = String::new();
    write(value, &mut out);
    Ok(Value::string(out))
}

/// JSON of a wholly known value: keys sorted, no spaces.
pub(super) fn write(value: &Value, out: &mut String) {
    match &value.kind {
        Kind::Null(_) | Kind::Unknown(..) => out.push_str("null"),
        Kind::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
        Kind::Number(n) => out.push_str(&n.to_string()),
        Kind::String(s) => quote(s, out),
        Kind::List(_, items) | Kind::Set(_, items) | Kind::Tuple(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                write(item, out);
            }
            out.push(']');
        }
        Kind::Map(_, items) | Kind::Object(items) => {
            out.push('{');
            for (i, (key, item)) in items.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                quote(key, out);
                out.push(':');
                write(item, out);
            }
            out.push('}');
        }
    }
}

/// A JSON string that is also safe within HTML, as the language requires.
fn quote(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => {
                out.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}
