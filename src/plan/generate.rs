//! Configuration for an object that exists already: what a `resource` block says so that nothing is to be done.
//!
//! Knows nothing of files.

use std::fmt::Write as _;

use crate::addr::{ResourceAddr, escape};
use crate::schema::{Attribute, Block, NestedBlock, Nesting, Normal};
use crate::value::json::{from_json, to_json};
use crate::value::{Kind, Marks, Value};

/// The block of an object, as the schema of its type has it: every argument that may be set, sensitive ones left out.
pub fn resource_block(addr: &ResourceAddr, provider: Option<&str>, schema: &Block, object: &Value) -> String {
    let mut out = format!("resource \"{}\" \"{}\" {{\n", addr.kind, addr.name);
    if let Some(provider) = provider {
        let _ = writeln!(out, "  provider = {provider}");
    }
    body(&mut out, schema, object, 1, true);
    out.push('}');
    out
}

fn body(out: &mut String, schema: &Block, object: &Value, depth: usize, outermost: bool) {
    let mut lines = Vec::new();
    for (name, attribute) in &schema.attributes {
        // Providers add `id` to their types without taking it from a configuration.
        let added = outermost && &**name == "id" && attribute.optional && attribute.computed;
        if attribute.configurable() && !added && attribute.deprecated.is_none() {
            lines.push((name.to_string(), argument(attribute, object.get(name), depth)));
        }
    }
    aligned(out, &lines, depth, " = ");
    for (name, nested) in &schema.blocks {
        if let Some(value) = object.get(name) {
            blocks(out, name, nested, value, depth);
        }
    }
}

fn blocks(out: &mut String, name: &str, nested: &NestedBlock, value: &Value, depth: usize) {
    let indent = "  ".repeat(depth);
    let mut one = |value: &Value| {
        let _ = writeln!(out, "{indent}{name} {{");
        body(out, &nested.block, value, depth + 1, false);
        let _ = writeln!(out, "{indent}}}");
    };
    match nested.nesting {
        Nesting::Single if value.is_null() => {}
        Nesting::Single => one(value),
        Nesting::List | Nesting::Set => value.as_slice().into_iter().flatten().for_each(one),
    }
}

fn argument(attribute: &Attribute, value: Option<&Value>, depth: usize) -> String {
    let Some(value) = value else { return "null".into() };
    if attribute.write_only {
        return "null # sensitive write-only attribute".into();
    }
    if attribute.stored.is_some() && !value.is_null() {
        return "null # the state holds a digest of it".into();
    }
    if attribute.sensitive || value.marks_deep().contains(Marks::SENSITIVE) {
        return "null # sensitive".into();
    }
    // What is told of a thing that is not there, such as a period of 0, is nothing that could be configured.
    if attribute.optional && attribute.validators.iter().any(|check| check(value).is_err()) {
        return "null".into();
    }
    match value.as_str() {
        // What was never set is often told as an empty text.
        Some("") if attribute.optional => "null".into(),
        Some(text) => document(attribute.normal, text, depth).unwrap_or_else(|| expression(value, depth)),
        None => expression(value, depth),
    }
}

/// A JSON text as a call of `jsonencode`, where that comes out the same.
fn document(normal: Normal, text: &str, depth: usize) -> Option<String> {
    let json: serde_json::Value = serde_json::from_str(text).ok()?;
    if !json.is_object() && !json.is_array() {
        return None;
    }
    let value = from_json(&json);
    let written = to_json(&value).to_string();
    let same = normal != Normal::Exact || written == text;
    same.then(|| format!("jsonencode({})", expression(&value, depth)))
}

/// A value as it is written.
fn expression(value: &Value, depth: usize) -> String {
    match &value.kind {
        Kind::Bool(b) => b.to_string(),
        Kind::Number(n) => n.to_string(),
        Kind::String(text) => quoted(text),
        Kind::List(_, items) | Kind::Tuple(items) | Kind::Set(_, items) => {
            let items: Vec<String> = items.iter().map(|v| expression(v, depth)).collect();
            format!("[{}]", items.join(", "))
        }
        Kind::Map(_, entries) | Kind::Object(entries) if entries.is_empty() => "{}".into(),
        Kind::Map(_, entries) | Kind::Object(entries) => {
            let lines: Vec<(String, String)> =
                entries.iter().map(|(name, v)| (key(name), expression(v, depth + 1))).collect();
            let mut out = "{\n".to_owned();
            aligned(&mut out, &lines, depth + 1, " = ");
            out + &"  ".repeat(depth) + "}"
        }
        Kind::Null(_) | Kind::Unknown(..) => "null".into(),
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", escape(text))
}

fn key(name: &str) -> String {
    let plain = name.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-')
        && !matches!(name, "for" | "if" | "null" | "true" | "false");
    if plain { name.to_owned() } else { quoted(name) }
}

/// Lines with their signs below each other. What goes over several lines stands by itself.
fn aligned(out: &mut String, lines: &[(String, String)], depth: usize, sign: &str) {
    let indent = "  ".repeat(depth);
    let long = |value: &str| value.contains('\n');
    let mut rest = lines;
    while !rest.is_empty() {
        // A line that goes on below is the last of its group.
        let end = rest.iter().position(|(_, v)| long(v)).map_or(rest.len(), |n| n + 1);
        let (group, after) = rest.split_at(end);
        let width = group.iter().filter(|(_, v)| !long(v)).map(|(name, _)| name.chars().count()).max().unwrap_or(0);
        for (name, value) in group {
            let pad = if long(value) { 0 } else { width.saturating_sub(name.chars().count()) };
            let _ = writeln!(out, "{indent}{name}{}{sign}{value}", " ".repeat(pad));
        }
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::Object;
    use crate::schema::{boolean, list_block, map_of, number, string};
    use crate::value::Type;

    #[test]
    fn every_argument_is_written_and_secrets_are_not() {
        let schema = Block::new()
            .attr("id", string().optional().computed())
            .attr("arn", string().computed())
            .attr("name", string().required())
            .attr("count_of_them", number().optional())
            .attr("old", string().optional().deprecated("gone"))
            .attr("empty", string().optional())
            .attr("password", string().optional().sensitive())
            .attr("policy", string().optional())
            .attr("tags", map_of(Type::String).optional())
            .block(
                "rule",
                list_block(Block::new().attr("open", boolean().optional()).attr("port", number().required())),
            );
        let rule = |port: i64| Object::new().with("port", port).with("open", true);
        let object = Object::new()
            .with("id", "x-1")
            .with("arn", "arn:x")
            .with("name", "a ${b} \"c\"")
            .with("empty", "")
            .with("password", "hunter2")
            .with("policy", "{\"a\":[1]}")
            .with("tags", Object::new().with("Name", "n").with("a b", "c"))
            .with("rule", vec![rule(1), rule(2)]);
        let object = schema.conform(&object.into_value()).expect("conforms");
        let text = resource_block(&ResourceAddr::managed("thing", "t"), Some("x.eu"), &schema, &object);
        let expected = "resource \"thing\" \"t\" {
  provider = x.eu
  count_of_them = null
  empty         = null
  name          = \"a $${b} \\\"c\\\"\"
  password      = null # sensitive
  policy = jsonencode({
    a = [1]
  })
  tags = {
    Name  = \"n\"
    \"a b\" = \"c\"
  }
  rule {
    open = true
    port = 1
  }
  rule {
    open = true
    port = 2
  }
}";
        assert_eq!(text, expected);
    }
}
