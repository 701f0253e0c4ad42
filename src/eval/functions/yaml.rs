//! Values to YAML, byte for byte as the language defines it.

use super::{Accepts, Function, Outcome, json, param, unknown};
use crate::value::{Kind, Type, Value};

pub(super) const FUNCTIONS: &[Function] = &[Function::new(
    "yamlencode",
    &[param("value", Accepts::Any).null().unknown()],
    Outcome::Of(Accepts::String),
    |a| {
        let value = a.value(0)?;
        if !value.is_wholly_known() {
            return Ok(unknown(Type::String));
        }
        let mut out = String::new();
        node(value, 0, &mut out);
        if matches!(value.kind, Kind::Null(_) | Kind::Bool(_) | Kind::Number(_)) {
            out.push_str("...\n");
        }
        Ok(Value::string(out.trim_start_matches([' ', '\n'])))
    },
)];

/// Writes a value behind what stands in its line already, with the line break at its end.
fn node(value: &Value, indent: usize, out: &mut String) {
    match &value.kind {
        Kind::List(_, items) | Kind::Set(_, items) | Kind::Tuple(items) if items.is_empty() => out.push_str(" []\n"),
        Kind::Map(_, items) | Kind::Object(items) if items.is_empty() => out.push_str(" {}\n"),
        Kind::List(_, items) | Kind::Set(_, items) | Kind::Tuple(items) => {
            for item in items.iter() {
                pad(indent, out);
                out.push('-');
                nested(item, indent + 2, out);
            }
        }
        Kind::Map(_, items) | Kind::Object(items) => {
            for (key, item) in items.iter() {
                pad(indent, out);
                scalar(key, out);
                out.push(':');
                // A list under a key stands as far left as the key itself.
                let sequence = item.as_slice().is_some_and(|items| !items.is_empty());
                if !is_leaf(item) {
                    out.push('\n');
                }
                node(item, if sequence { indent } else { indent + 2 }, out);
            }
        }
        Kind::String(s) => {
            out.push(' ');
            string(s, indent, out);
        }
        _ => {
            out.push(' ');
            json::write(value, out);
            out.push('\n');
        }
    }
}

/// An element of a list: its first line stands behind the dash.
fn nested(item: &Value, indent: usize, out: &mut String) {
    if is_leaf(item) {
        return node(item, indent, out);
    }
    let start = out.len();
    node(item, indent, out);
    // The first line is indented by what the dash and a space take already.
    let first = out.split_off(start);
    out.push(' ');
    out.push_str(first.get(indent..).unwrap_or(&first));
}

fn is_leaf(value: &Value) -> bool {
    value.children().next().is_none()
}

fn pad(indent: usize, out: &mut String) {
    out.extend(std::iter::repeat_n(' ', indent));
}

/// Text: quoted in one line, as a block where it has several.
fn string(whole: &str, indent: usize, out: &mut String) {
    let plain = |c: char| c == '\n' || c == '\t' || !c.is_control() && c != '\u{feff}';
    if !whole.contains('\n') || !whole.chars().all(plain) || whole.starts_with([' ', '\n', '\t']) {
        scalar(whole, out);
        out.push('\n');
        return;
    }
    out.push_str(match (whole.ends_with('\n'), whole.ends_with("\n\n") || whole == "\n") {
        (false, _) => "|-\n",
        (true, false) => "|\n",
        (true, true) => "|+\n",
    });
    let body = whole.strip_suffix('\n').unwrap_or(whole);
    for line in body.split('\n') {
        if !line.is_empty() {
            pad(indent.max(2), out);
            out.push_str(line);
        }
        out.push('\n');
    }
}

/// Text between double quotes.
fn scalar(whole: &str, out: &mut String) {
    out.push('"');
    for c in whole.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0' => out.push_str("\\0"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{b}' => out.push_str("\\v"),
            '\u{c}' => out.push_str("\\f"),
            '\u{1b}' => out.push_str("\\e"),
            '\u{85}' => out.push_str("\\N"),
            '\u{a0}' => out.push_str("\\_"),
            '\u{2028}' => out.push_str("\\L"),
            '\u{2029}' => out.push_str("\\P"),
            c if c.is_control() && u32::from(c) < 0x100 => out.push_str(&format!("\\x{:02X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
}
