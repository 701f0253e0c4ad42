//! Moves the spans of an expression that was read from an unescaped copy of its text.

use crate::diag::Span;

use super::ast::{Access, Expr, ExprKind, Ident, ObjectKey, Part};

/// Replaces every span of the expression by its place in the source.
pub(super) fn respan(expr: &mut Expr, place: &impl Fn(Span) -> Span) {
    expr.span = place(expr.span);
    match &mut expr.kind {
        ExprKind::Literal(_) => {}
        ExprKind::Template(found) => parts(found, place),
        ExprKind::Traversal(root, found) => {
            ident(root, place);
            steps(found, place);
        }
        ExprKind::Access(inner, found) => {
            respan(inner, place);
            steps(found, place);
        }
        ExprKind::Call(call) => {
            ident(&mut call.name, place);
            call.args.iter_mut().for_each(|e| respan(e, place));
        }
        ExprKind::Tuple(items) => items.iter_mut().for_each(|e| respan(e, place)),
        ExprKind::Object(items) => {
            for (key, value) in items {
                match key {
                    ObjectKey::Name(name) => ident(name, place),
                    ObjectKey::Expr(e) => respan(e, place),
                }
                respan(value, place);
            }
        }
        ExprKind::For(e) => {
            e.key_var.iter_mut().for_each(|i| ident(i, place));
            ident(&mut e.value_var, place);
            let inner = [&mut e.collection, &mut e.value].into_iter().chain(&mut e.key).chain(&mut e.condition);
            inner.for_each(|e| respan(e, place));
        }
        ExprKind::Unary(_, inner) | ExprKind::Parens(inner) => respan(inner, place),
        ExprKind::Binary(_, a, b) => {
            respan(a, place);
            respan(b, place);
        }
        ExprKind::Conditional(a, b, c) => [a, b, c].into_iter().for_each(|e| respan(e, place)),
    }
}

fn ident(ident: &mut Ident, place: &impl Fn(Span) -> Span) {
    ident.span = place(ident.span);
}

fn steps(steps: &mut [Access], place: &impl Fn(Span) -> Span) {
    for step in steps {
        match step {
            Access::Attr(name) => ident(name, place),
            Access::Index(e) => respan(e, place),
            Access::LegacyIndex(_, span) | Access::AttrSplat(span) | Access::FullSplat(span) => *span = place(*span),
        }
    }
}

fn parts(found: &mut [Part], place: &impl Fn(Span) -> Span) {
    for part in found {
        match part {
            Part::Text(_, span) => *span = place(*span),
            Part::Interpolation(e) => respan(e, place),
            Part::If { condition, then, otherwise, span } => {
                *span = place(*span);
                respan(condition, place);
                parts(then, place);
                parts(otherwise, place);
            }
            Part::For { key_var, value_var, collection, body, span } => {
                *span = place(*span);
                key_var.iter_mut().for_each(|i| ident(i, place));
                ident(value_var, place);
                respan(collection, place);
                parts(body, place);
            }
        }
    }
}
