//! Values as the language writes them.

use std::fmt::Write as _;
use std::sync::LazyLock;

use regex::Regex;

use super::diff::{self, Compare, Paint, Shape, attribute_name};
use super::{Palette, printable};
use crate::addr::{AbsInstance, Mode};
use crate::schema::Block;
use crate::value::{Kind, Marks, Type, Value};

/// A value as an expression: collections say their type, text of several lines is a heredoc.
pub fn hcl(value: &Value) -> String {
    write(value, 0)
}

fn write(value: &Value, depth: usize) -> String {
    // Nothing is given away by what nobody knows yet.
    if !value.is_known() {
        return "(known after apply)".into();
    }
    if value.marks.contains(Marks::SENSITIVE) {
        return "(sensitive value)".into();
    }
    if value.marks.contains(Marks::EPHEMERAL) {
        return "(ephemeral value)".into();
    }
    match &value.kind {
        Kind::Null(ty) => null(ty),
        Kind::Unknown(..) => "(known after apply)".into(),
        Kind::Bool(b) => b.to_string(),
        Kind::Number(n) => n.to_string(),
        Kind::String(s) => text(s, depth),
        Kind::List(_, items) => format!("tolist({})", sequence(items, depth)),
        Kind::Set(_, items) => format!("toset({})", sequence(items, depth)),
        Kind::Tuple(items) => sequence(items, depth),
        Kind::Map(_, m) => format!("tomap({})", entries(m.iter().map(|(k, v)| (&**k, v)), depth)),
        Kind::Object(m) => entries(m.iter().map(|(k, v)| (&**k, v)), depth),
    }
}

/// Null says its type, as far as a conversion can give it.
fn null(ty: &Type) -> String {
    let word = |t: &Type| match t {
        Type::Dynamic => "dynamic".to_owned(),
        t => t.friendly_name(),
    };
    match ty {
        Type::Dynamic => "null".into(),
        Type::Bool | Type::Number | Type::String => format!("to{}(null)", ty.friendly_name()),
        Type::List(t) => format!("tolist(null) /* of {} */", word(t)),
        Type::Set(t) => format!("toset(null) /* of {} */", word(t)),
        Type::Map(t) => format!("tomap(null) /* of {} */", word(t)),
        Type::Tuple(_) | Type::Object(_) => format!("null /* {} */", word(ty)),
    }
}

fn text(s: &str, depth: usize) -> String {
    if !s.contains('\n') {
        return quoted(s);
    }
    let body = printable(s);
    let mut marker = String::from("EOT");
    while body.split('\n').any(|line| line.trim() == marker) {
        marker.push('_');
    }
    if depth == 0 {
        return format!("<<{marker}\n{body}\n{marker}");
    }
    let lead = "  ".repeat(depth);
    let lines: String = body.split('\n').map(|l| format!("{lead}{l}\n")).collect();
    format!("<<-{marker}\n{lines}{lead}{marker}")
}

/// What shows as itself within quotes: letters, marks, numbers, punctuation, symbols and the plain blank.
static VISIBLE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$").ok());

fn quoted(s: &str) -> String {
    let mut out = String::with_capacity(s.len() + 2);
    out.push('"');
    let mut buffer = [0; 4];
    for c in s.chars() {
        let escape = match c {
            '"' | '\\' => Some(c),
            '\u{7}' => Some('a'),
            '\u{8}' => Some('b'),
            '\u{c}' => Some('f'),
            '\n' => Some('n'),
            '\r' => Some('r'),
            '\t' => Some('t'),
            '\u{b}' => Some('v'),
            _ => None,
        };
        let code = u32::from(c);
        let mut visible = || match VISIBLE.as_ref() {
            Some(visible) => visible.is_match(c.encode_utf8(&mut buffer)),
            None => !c.is_control(),
        };
        let written = match escape {
            Some(letter) => write!(out, "\\{letter}"),
            None if (' '..'\u{7f}').contains(&c) || code >= 0x80 && visible() => write!(out, "{c}"),
            None if code < 0x80 => write!(out, "\\x{code:02x}"),
            None if code < 0x1_0000 => write!(out, "\\u{code:04x}"),
            None => write!(out, "\\U{code:08x}"),
        };
        // Writing to a string does not fail.
        debug_assert!(written.is_ok());
    }
    out.push('"');
    out
}

fn sequence(items: &[Value], depth: usize) -> String {
    if items.is_empty() {
        return "[]".into();
    }
    let lead = "  ".repeat(depth + 1);
    let lines: String = items.iter().map(|v| format!("{lead}{},\n", write(v, depth + 1))).collect();
    format!("[\n{lines}{}]", "  ".repeat(depth))
}

fn entries<'v>(items: impl Iterator<Item = (&'v str, &'v Value)>, depth: usize) -> String {
    let lead = "  ".repeat(depth + 1);
    let entry = |(k, v): (&str, &Value)| format!("{lead}{} = {}\n", text(k, depth + 1), write(v, depth + 1));
    let lines: String = items.map(entry).collect();
    if lines.is_empty() {
        return "{}".into();
    }
    format!("{{\n{lines}{}}}", "  ".repeat(depth))
}

/// A type as the console's function `type` tells it: one element a line.
pub fn type_name(ty: &Type) -> String {
    type_at(ty, 0)
}

fn type_at(ty: &Type, depth: usize) -> String {
    let (lead, end) = ("    ".repeat(depth + 1), "    ".repeat(depth));
    let within = |word: &str, inner: &Type| match inner {
        Type::Object(_) | Type::Tuple(_) => format!("{word}(\n{lead}{},\n{end})", type_at(inner, depth + 1)),
        inner => format!("{word}({})", type_at(inner, depth)),
    };
    match ty {
        Type::Dynamic => "dynamic".into(),
        Type::Bool | Type::Number | Type::String => ty.friendly_name(),
        Type::List(t) => within("list", t),
        Type::Set(t) => within("set", t),
        Type::Map(t) => within("map", t),
        Type::Tuple(items) if items.is_empty() => "tuple([])".into(),
        Type::Object(object) if object.attributes.is_empty() => "object({})".into(),
        Type::Tuple(items) => {
            let lines: String = items.iter().map(|t| format!("{lead}{},\n", type_at(t, depth + 1))).collect();
            format!("tuple([\n{lines}{end}])")
        }
        Type::Object(object) => {
            let line = |(k, t): (&crate::addr::Name, &Type)| format!("{lead}{k}: {},\n", type_at(t, depth + 1));
            let lines: String = object.attributes.iter().map(line).collect();
            format!("object({{\n{lines}{end}}})")
        }
    }
}

/// Why a value has no raw form.
pub const NO_RAW_FORM: &str = "The -raw option takes only values that are text: strings, numbers and bools. For lists, maps and objects use -json.";

/// The value as bare text; an error says why it has none.
pub fn raw(value: &Value) -> Result<String, &'static str> {
    match &value.kind {
        Kind::String(s) => Ok(s.to_string()),
        Kind::Number(n) => Ok(n.to_string()),
        Kind::Bool(b) => Ok(b.to_string()),
        _ => Err(NO_RAW_FORM),
    }
}

/// An object in state as the block that would describe it.
pub fn object(addr: &AbsInstance, tainted: bool, object: &Value, schema: Option<&Block>, palette: Palette) -> String {
    let diff = diff::block(Compare::default(), schema, Some(object), Some(object));
    let paint = Paint::contents(palette);
    let body = match &diff.shape {
        Shape::Block { attributes, blocks } => paint.block(attributes, blocks, 0),
        _ => "    # (sensitive value)\n".into(),
    };
    let resource = &addr.resource.resource;
    let word = match resource.mode {
        Mode::Managed => "resource",
        Mode::Data => "data",
        Mode::Ephemeral => "ephemeral",
    };
    let taint = if tainted { " (tainted)" } else { "" };
    format!("# {addr}:{taint}\n{word} \"{}\" {} {{\n{body}}}\n", resource.kind, quoted_name(&resource.name))
}

fn quoted_name(name: &str) -> String {
    format!("\"{}\"", attribute_name(name).trim_matches('"'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Type;

    #[test]
    fn values_print_as_expressions() {
        let value = Value::object(
            [
                ("long".into(), Value::list(Type::String, vec!["x".into(), "y\"z".into()])),
                ("n".into(), Value::null(Type::Number)),
                ("s".into(), Value::from("secret").sensitive()),
            ]
            .into(),
        );
        let want = r#"{
  "long" = tolist([
    "x",
    "y\"z",
  ])
  "n" = tonumber(null)
  "s" = (sensitive value)
}"#;
        assert_eq!(hcl(&value), want);
        assert_eq!(hcl(&Value::from("a\nb")), "<<EOT\na\nb\nEOT");
        assert!(raw(&value).is_err());
    }
}
