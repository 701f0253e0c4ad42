//! Values as source text.

use std::fmt::Write as _;

use super::format::laid_out;
use crate::addr::{Name, escape};
use crate::value::{Kind, Value};

/// The expression of a value, in canonical layout.
pub fn write_expr(value: &Value) -> String {
    let mut out = String::new();
    expression(&mut out, value);
    laid_out(&out)
}

/// Arguments, one to a value, in canonical layout.
pub fn write_arguments<'v>(arguments: impl IntoIterator<Item = (&'v Name, &'v Value)>) -> String {
    let mut out = String::new();
    for (name, value) in arguments {
        let _ = write!(out, "{name} = ");
        expression(&mut out, value);
        out.push('\n');
    }
    laid_out(&out)
}

/// Whether a text is a name of the language.
pub fn is_identifier(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c.is_alphabetic() || c == '_')
        && chars.all(|c| c.is_alphanumeric() || c == '_' || c == '-')
}

fn expression(out: &mut String, value: &Value) {
    match &value.kind {
        Kind::Bool(b) => drop(write!(out, "{b}")),
        Kind::Number(n) => drop(write!(out, "{n}")),
        Kind::String(text) => drop(write!(out, "\"{}\"", escape(text))),
        Kind::List(_, items) | Kind::Tuple(items) | Kind::Set(_, items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                out.push_str(if i == 0 { "" } else { ", " });
                expression(out, item);
            }
            out.push(']');
        }
        Kind::Map(_, entries) | Kind::Object(entries) => {
            out.push('{');
            for (i, (name, value)) in entries.iter().enumerate() {
                out.push_str(if i == 0 { "\n" } else { "" });
                match is_identifier(name) {
                    true => out.push_str(name),
                    false => drop(write!(out, "\"{}\"", escape(name))),
                }
                out.push_str(" = ");
                expression(out, value);
                out.push('\n');
            }
            out.push('}');
        }
        Kind::Null(_) | Kind::Unknown(..) => out.push_str("null"),
    }
}
