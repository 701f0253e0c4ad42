//! Values as the language writes them.

use super::diff::{self, Compare, Paint, Shape, attribute_name};
use super::{Palette, printable};
use crate::addr::{AbsInstance, Mode, escape};
use crate::schema::Block;
use crate::value::{Kind, Marks, Value};

/// A value as an expression: collections say their type, text of several lines is a heredoc.
pub fn hcl(value: &Value) -> String {
    write(value, 0)
}

fn write(value: &Value, depth: usize) -> String {
    if value.marks.contains(Marks::SENSITIVE) {
        return "(sensitive value)".into();
    }
    match &value.kind {
        Kind::Null(_) if depth == 0 => "tostring(null)".into(),
        Kind::Null(_) => "null".into(),
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

fn text(s: &str, depth: usize) -> String {
    if !s.contains('\n') {
        return format!("\"{}\"", escape(&printable(s)));
    }
    let body = printable(s);
    let mut marker = String::from("EOT");
    while body.lines().any(|line| line.trim() == marker) {
        marker.push('_');
    }
    if depth == 0 {
        return format!("<<{marker}\n{body}\n{marker}");
    }
    let lead = "  ".repeat(depth);
    let lines: String = body.lines().map(|l| format!("{lead}{l}\n")).collect();
    format!("<<-{marker}\n{lines}{lead}{marker}")
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
    let items: Vec<(String, &Value)> = items.map(|(k, v)| (format!("\"{}\"", escape(&printable(k))), v)).collect();
    if items.is_empty() {
        return "{}".into();
    }
    let width = items.iter().map(|(k, _)| k.chars().count()).max().unwrap_or(0);
    let lead = "  ".repeat(depth + 1);
    let lines: String = items.iter().map(|(k, v)| format!("{lead}{k:width$} = {}\n", write(v, depth + 1))).collect();
    format!("{{\n{lines}{}}}", "  ".repeat(depth))
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
  "n"    = null
  "s"    = (sensitive value)
}"#;
        assert_eq!(hcl(&value), want);
        assert_eq!(hcl(&Value::from("a\nb")), "<<EOT\na\nb\nEOT");
        assert!(raw(&value).is_err());
    }
}
