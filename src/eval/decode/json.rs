//! JSON bodies: nested blocks stand as attributes in them, and the schema tells which.
//!
//! Knows nothing of evaluation.

use std::borrow::Cow;

use super::object_element;
use crate::hcl::ast::{Attribute, Block, Body, Expr, ExprKind, Ident, ObjectKey};
use crate::schema;

/// The body with what the schema calls blocks as blocks.
pub(super) fn with_blocks<'a>(body: &'a Body, schema: &schema::Block) -> Cow<'a, Body> {
    if !body.json {
        return Cow::Borrowed(body);
    }
    let mut out = Body { attributes: Vec::new(), blocks: body.blocks.clone(), span: body.span, json: true };
    for attribute in &body.attributes {
        let name = &attribute.name.name;
        if &**name == "//" {
            continue;
        }
        if &**name == "dynamic" {
            for (label, expr) in entries(&attribute.expr) {
                for e in objects(expr) {
                    out.blocks.push(dynamic(&attribute.name, label.clone(), e));
                }
            }
        } else if schema.blocks.contains_key(name) && is_literal(&attribute.expr) {
            out.blocks.extend(objects(&attribute.expr).into_iter().map(|e| block(attribute.name.clone(), e)));
        } else if schema.blocks.contains_key(name)
            || schema
                .attributes
                .get(name)
                .is_some_and(|a| object_element(&a.ty).is_some() && is_object(&attribute.expr))
        {
            out.blocks.push(block(attribute.name.clone(), &attribute.expr));
        } else {
            out.attributes.push(attribute.clone());
        }
    }
    Cow::Owned(out)
}

fn is_literal(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Object(_) | ExprKind::Tuple(_)) || is_null(expr)
}

fn is_object(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Object(_))
}

fn is_null(expr: &Expr) -> bool {
    matches!(&expr.kind, ExprKind::Literal(v) if v.is_null())
}

/// The objects that an expression lists: itself, or its elements.
fn objects(expr: &Expr) -> Vec<&Expr> {
    match &expr.kind {
        ExprKind::Tuple(items) => items.iter().collect(),
        _ if is_null(expr) => Vec::new(),
        _ => vec![expr],
    }
}

/// Names with their values, also of several objects in a row.
fn entries(expr: &Expr) -> Vec<(Ident, &Expr)> {
    match &expr.kind {
        ExprKind::Object(items) => items.iter().filter_map(|(key, value)| Some((name_of(key)?, value))).collect(),
        ExprKind::Tuple(items) => items.iter().flat_map(entries).collect(),
        _ => Vec::new(),
    }
}

fn name_of(key: &ObjectKey) -> Option<Ident> {
    match key {
        ObjectKey::Name(ident) => Some(ident.clone()),
        ObjectKey::Expr(e) => e.as_str().map(|s| Ident { name: s.into(), span: e.span }),
    }
}

fn body_of(expr: &Expr) -> Body {
    let attributes = entries(expr)
        .into_iter()
        .map(|(name, value)| Attribute { span: name.span.to(value.span), name, expr: value.clone() })
        .collect();
    Body { attributes, blocks: Vec::new(), span: expr.span, json: true }
}

fn block(kind: Ident, expr: &Expr) -> Block {
    Block { labels: Vec::new(), header: kind.span, span: expr.span, body: body_of(expr), kind }
}

fn dynamic(kind: &Ident, label: Ident, expr: &Expr) -> Block {
    let mut body = body_of(expr);
    let (content, rest) = std::mem::take(&mut body.attributes).into_iter().partition(|a| &*a.name.name == "content");
    let content: Vec<Attribute> = content;
    body.attributes = rest;
    // An iterator is a bare name in a string.
    for attribute in &mut body.attributes {
        if &*attribute.name.name == "iterator"
            && let Some(name) = attribute.expr.as_str()
        {
            let root = Ident { name: name.into(), span: attribute.expr.span };
            attribute.expr.kind = ExprKind::Traversal(root, Vec::new());
        }
    }
    body.blocks = content.iter().flat_map(|a| objects(&a.expr).into_iter().map(|e| block(a.name.clone(), e))).collect();
    Block { kind: kind.clone(), header: label.span, labels: vec![label], span: expr.span, body }
}
