//! JSON syntax: the same bodies as the native one.
//!
//! Blocks that the language itself defines become real blocks. What a resource type nests stays as attributes, since
//! only its schema tells arguments and blocks apart. Knows nothing of schemas.

mod blocks;
mod read;
#[cfg(test)]
mod tests;

use crate::diag::{Diagnostic, Diagnostics, SourceId, Span};
use crate::value::{Number, Type, Value};

use super::ast::{Attribute, Body, Expr, ExprKind, Ident, ObjectKey};
use super::parse::{admissible_length, parse_expr_at, parse_template_at, without_mark};
use super::respan::respan;
use read::{Node, NodeKind, Text};

pub(super) use read::{paths, read};

/// Reads a `.tf.json` file.
///
/// Strings are templates, but for those that native syntax writes without quotes (`type`, `depends_on`, `provider`, …)
/// and for those that are never evaluated (defaults of variables, sources of modules, backends).
pub fn parse_json_body(source: SourceId, text: &str) -> (Body, Diagnostics) {
    let (reader, root) = open(source, text);
    reader.file(root)
}

/// Reads a `.tftest.json` or `.tfmock.json` file, as [`parse_json_body`] reads configuration.
pub fn parse_json_tests(source: SourceId, text: &str) -> (Body, Diagnostics) {
    let (reader, root) = open(source, text);
    reader.tests(root)
}

/// Reads a `.tfvars.json` file: one attribute per property, strings are taken literally.
pub fn parse_json_values(source: SourceId, text: &str) -> (Body, Diagnostics) {
    let (mut reader, root) = open(source, text);
    let mut body = reader.empty(0..text.len());
    let properties = root.as_ref().map(|root| reader.properties(root, "The file")).unwrap_or_default();
    for (key, node) in properties {
        body.attributes.push(reader.attribute(key, node, Strings::Literal));
    }
    reader.find_duplicates(&mut body);
    (body, reader.found)
}

/// How strings are read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Strings {
    Template,
    Literal,
    /// A reference, type or keyword: what stands without quotes in native syntax.
    Expression,
}

struct Converter {
    source: SourceId,
    length: usize,
    found: Diagnostics,
}

fn open(source: SourceId, text: &str) -> (Converter, Option<Node>) {
    let mut reader = Converter { source, length: text.len(), found: Diagnostics::new() };
    let (text, base) = without_mark(text);
    if let Err(found) = admissible_length(source, text, base) {
        reader.found = found;
        return (reader, None);
    }
    let root = read(source, text, base, &mut reader.found);
    (reader, root)
}

impl Converter {
    fn span(&self, range: std::ops::Range<usize>) -> Span {
        Span::new(self.source, range)
    }

    fn empty(&self, range: std::ops::Range<usize>) -> Body {
        Body { attributes: Vec::new(), blocks: Vec::new(), span: self.span(range), json: true }
    }

    /// The properties of an object, or of all objects of an array.
    fn properties<'n>(&mut self, node: &'n Node, what: &str) -> Vec<(&'n Text, &'n Node)> {
        match &node.kind {
            NodeKind::Object(items) => {
                items.iter().filter(|(key, _)| key.value != "//").map(|(key, value)| (key, value)).collect()
            }
            NodeKind::Array(items) => items.iter().flat_map(|item| self.properties_of_item(item, what)).collect(),
            _ => {
                self.wrong_kind(node, what);
                Vec::new()
            }
        }
    }

    fn properties_of_item<'n>(&mut self, node: &'n Node, what: &str) -> Vec<(&'n Text, &'n Node)> {
        match &node.kind {
            NodeKind::Object(_) => self.properties(node, what),
            _ => {
                self.wrong_kind(node, what);
                Vec::new()
            }
        }
    }

    fn wrong_kind(&mut self, node: &Node, what: &str) {
        let is = match &node.kind {
            NodeKind::Null => "null",
            NodeKind::Bool(_) => "a bool",
            NodeKind::Number(_) => "a number",
            NodeKind::Str(_) => "a string",
            NodeKind::Array(_) => "an array",
            NodeKind::Object(_) => "an object",
        };
        let detail = format!("{what} must be an object or an array of objects, not {is}.");
        self.found.push(Diagnostic::error("Incorrect JSON value type", detail).at(self.span(node.range.clone())));
    }

    fn ident(&self, text: &Text) -> Ident {
        Ident { name: text.value.as_str().into(), span: self.span(text.range.clone()) }
    }

    fn attribute(&mut self, key: &Text, node: &Node, strings: Strings) -> Attribute {
        let name = self.ident(key);
        let expr = self.expr(node, strings);
        Attribute { span: name.span.to(expr.span), name, expr }
    }

    fn expr(&mut self, node: &Node, strings: Strings) -> Expr {
        let kind = match &node.kind {
            NodeKind::Null => ExprKind::Literal(Value::null(Type::Dynamic)),
            NodeKind::Bool(b) => ExprKind::Literal((*b).into()),
            NodeKind::Number(digits) => ExprKind::Literal(self.number(digits, node)),
            NodeKind::Str(text) => return self.string(text, strings),
            NodeKind::Array(items) => ExprKind::Tuple(items.iter().map(|item| self.expr(item, strings)).collect()),
            NodeKind::Object(items) => ExprKind::Object(
                items.iter().map(|(key, value)| (self.key(key, strings), self.expr(value, strings))).collect(),
            ),
        };
        Expr { kind, span: self.span(node.range.clone()) }
    }

    /// Names of properties are read as values are; a bare name is never a reference.
    fn key(&mut self, key: &Text, strings: Strings) -> ObjectKey {
        let expr = self.string(key, strings);
        match &expr.kind {
            ExprKind::Traversal(name, steps) if steps.is_empty() => ObjectKey::Name(name.clone()),
            _ => ObjectKey::Expr(expr),
        }
    }

    fn number(&mut self, digits: &str, node: &Node) -> Value {
        digits.parse::<Number>().map(Value::from).unwrap_or_else(|_| {
            self.found.push(
                Diagnostic::error("Invalid JSON number", "The number has too many digits or too great an exponent.")
                    .at(self.span(node.range.clone())),
            );
            Value::from(0)
        })
    }

    fn string(&mut self, text: &Text, strings: Strings) -> Expr {
        let span = self.span(text.range.clone());
        let literal = |value: &str| Expr { kind: ExprKind::Literal(Value::string(value)), span };
        let parsed = match strings {
            Strings::Literal => return literal(&text.value),
            Strings::Template => parse_template_at(self.source, &text.value, 0),
            Strings::Expression => parse_expr_at(self.source, &text.value, 0),
        };
        let locate =
            |inner: Span| Span::new(self.source, text.locate(inner.start as usize)..text.locate(inner.end as usize));
        match parsed {
            Ok(mut expr) => {
                respan(&mut expr, &locate);
                if strings == Strings::Template {
                    expr.span = span;
                }
                expr
            }
            Err(found) => {
                for mut diagnostic in found {
                    diagnostic.span = Some(diagnostic.span.map_or(span, locate));
                    diagnostic.context = Some(span);
                    self.found.push(diagnostic);
                }
                literal(&text.value)
            }
        }
    }

    /// Reports arguments that are set twice, and keeps the first.
    fn find_duplicates(&mut self, body: &mut Body) {
        let mut seen = std::collections::BTreeSet::new();
        let found = &mut self.found;
        body.attributes.retain(|attribute| {
            let name = &attribute.name;
            let new = seen.insert(name.name.clone());
            if !new {
                let detail =
                    format!("The argument \"{}\" is set twice. Each argument may be set only once.", name.name);
                found
                    .push(Diagnostic::error("Duplicate argument", detail).at(name.span).hint("Remove one of the two."));
            }
            new
        });
    }
}
