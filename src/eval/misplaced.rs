//! Ephemeral values in places that are kept beyond the run.
//!
//! Knows nothing of how the values came to be ephemeral.

use crate::addr::{Path, Step};
use crate::diag::{Diagnostic, Diagnostics};
use crate::hcl::ast::Body;
use crate::schema::{Block, NestedBlock};
use crate::value::{Kind, Marks, Value};

use super::{Scope, decode_body, expr_at};

/// Evaluates the body of a block whose object is stored: ephemeral values are errors but in write-only attributes.
pub fn decode_stored(body: &Body, schema: &Block, scope: &dyn Scope) -> (Value, Diagnostics) {
    let (object, mut found) = decode_body(body, schema, scope);
    found.extend(misplaced(body, schema, &object));
    (object, found)
}

fn misplaced(body: &Body, schema: &Block, object: &Value) -> Diagnostics {
    let mut paths = Vec::new();
    if object.marks_deep().contains(Marks::EPHEMERAL) {
        in_block(schema, object, &Path::root(), &mut paths);
    }
    let report = |path: Path| {
        // The attribute as a whole is named; the span shows which part of it is meant.
        let name = path.first().map_or("", |n| &**n);
        let detail = format!(
            "Ephemeral values are not valid for \"{name}\", because it is not a write-only attribute and must be \
             persisted to state."
        );
        let mut found = Diagnostic::error("Invalid use of ephemeral value", detail).attribute(path.clone());
        found.span = expr_at(body, &path);
        found
    };
    paths.into_iter().map(report).collect()
}

fn in_block(schema: &Block, object: &Value, at: &Path, out: &mut Vec<Path>) {
    let Some(entries) = object.as_map() else { return };
    for (name, value) in entries {
        let path = at.then(Step::Attr(name.clone()));
        match (schema.attributes.get(name), schema.blocks.get(name)) {
            (Some(attribute), _) if attribute.write_only => {}
            (_, Some(nested)) => in_nested(nested, value, &path, out),
            _ => within(value, &path, out),
        }
    }
}

fn in_nested(nested: &NestedBlock, value: &Value, path: &Path, out: &mut Vec<Path>) {
    if value.marks.contains(Marks::EPHEMERAL) {
        out.push(path.clone());
        return;
    }
    match &value.kind {
        Kind::Object(_) => in_block(&nested.block, value, path, out),
        Kind::List(_, items) | Kind::Set(_, items) => {
            for (i, item) in items.iter().enumerate() {
                in_block(&nested.block, item, &path.then(Step::Index(i as u64)), out);
            }
        }
        _ => {}
    }
}

/// The outermost ephemeral parts of an attribute.
fn within(value: &Value, path: &Path, out: &mut Vec<Path>) {
    if value.marks.contains(Marks::EPHEMERAL) {
        out.push(path.clone());
        return;
    }
    match &value.kind {
        Kind::Map(_, m) => m.iter().for_each(|(k, v)| within(v, &path.then(Step::Key(k.clone())), out)),
        Kind::Object(m) => m.iter().for_each(|(k, v)| within(v, &path.then(Step::Attr(k.clone())), out)),
        Kind::List(_, v) | Kind::Tuple(v) => {
            v.iter().enumerate().for_each(|(i, v)| within(v, &path.then(Step::Index(i as u64)), out));
        }
        _ => {}
    }
}
