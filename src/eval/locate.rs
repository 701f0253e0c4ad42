//! From the path of an attribute back to the source that it comes from.

use crate::addr::{Name, Path, Step};
use crate::diag::Span;
use crate::hcl::ast::{Body, Expr, ExprKind, ObjectKey};

/// The part of a body that the value at a path comes from: the expression, or the nearest block around it.
///
/// `None` where the body says nothing of the path.
pub fn expr_at(body: &Body, path: &Path) -> Option<Span> {
    in_body(body, &path.0)
}

fn in_body(body: &Body, steps: &[Step]) -> Option<Span> {
    let (Step::Attr(name) | Step::Key(name), rest) = steps.split_first()? else { return None };
    if let Some(attribute) = body.attribute(name) {
        return Some(in_expr(&attribute.expr, rest));
    }
    let made: Vec<_> = body
        .blocks
        .iter()
        .filter(|b| {
            b.kind.name == *name || &*b.kind.name == "dynamic" && b.labels.first().is_some_and(|l| l.name == *name)
        })
        .collect();
    let (position, rest) = match rest.split_first() {
        Some((Step::Index(i), rest)) => (usize::try_from(*i).unwrap_or(usize::MAX), rest),
        _ => (0, rest),
    };
    // Behind a dynamic block the positions in the source are not those of the value: then the dynamic block is meant.
    let fixed = made.iter().take_while(|b| &*b.kind.name != "dynamic").count();
    let block = if position < fixed { made.get(position) } else { made.get(fixed).or(made.last()) }?;
    let inner = match block.body.blocks("content").next() {
        Some(content) if &*block.kind.name == "dynamic" => &content.body,
        _ => &block.body,
    };
    Some(in_body(inner, rest).unwrap_or(block.header))
}

fn in_expr(expr: &Expr, steps: &[Step]) -> Span {
    let Some((step, rest)) = steps.split_first() else { return expr.span };
    let inner = match (&expr.kind, step) {
        (ExprKind::Parens(inner), _) => return in_expr(inner, steps),
        (ExprKind::Object(items), Step::Attr(name) | Step::Key(name)) => {
            items.iter().rev().find(|(key, _)| key_is(key, name)).map(|(_, e)| e)
        }
        (ExprKind::Tuple(items), Step::Index(i)) => usize::try_from(*i).ok().and_then(|i| items.get(i)),
        _ => None,
    };
    inner.map_or(expr.span, |e| in_expr(e, rest))
}

fn key_is(key: &ObjectKey, name: &Name) -> bool {
    match key {
        ObjectKey::Name(ident) => ident.name == *name,
        ObjectKey::Expr(e) => e.as_str() == Some(&**name),
    }
}
