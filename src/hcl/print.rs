//! Compact form of syntax trees, for tests.

use super::ast::*;
use crate::value::{Kind, Value};

pub(super) fn expr(e: &Expr) -> String {
    match &e.kind {
        ExprKind::Literal(v) => literal(v),
        ExprKind::Template(p) => format!("`{}`", parts(p)),
        ExprKind::Traversal(root, s) => format!("{}{}", root.name, steps(s)),
        ExprKind::Access(inner, s) => format!("<{}>{}", expr(inner), steps(s)),
        ExprKind::Call(c) => {
            format!("{}({}{})", c.name.name, list(&c.args), if c.expand_last { "..." } else { "" })
        }
        ExprKind::Tuple(items) => format!("[{}]", list(items)),
        ExprKind::Object(items) => {
            let key = |k: &ObjectKey| match k {
                ObjectKey::Name(i) => i.name.to_string(),
                ObjectKey::Expr(e) => expr(e),
            };
            let items: Vec<String> = items.iter().map(|(k, v)| format!("{}: {}", key(k), expr(v))).collect();
            format!("{{{}}}", items.join(", "))
        }
        ExprKind::For(f) => {
            let key = f.key_var.as_ref().map_or(String::new(), |k| format!("{},", k.name));
            let out = f.key.as_ref().map_or(String::new(), |k| format!("{} => ", expr(k)));
            let condition = f.condition.as_ref().map_or(String::new(), |c| format!(" if {}", expr(c)));
            let dots = if f.grouping { "..." } else { "" };
            format!(
                "for {key}{} in {}: {out}{}{dots}{condition}",
                f.value_var.name,
                expr(&f.collection),
                expr(&f.value)
            )
        }
        ExprKind::Unary(op, inner) => format!("{op:?} {}", expr(inner)),
        ExprKind::Binary(op, a, b) => format!("({op:?} {} {})", expr(a), expr(b)),
        ExprKind::Conditional(c, a, b) => format!("({} ? {} : {})", expr(c), expr(a), expr(b)),
        ExprKind::Parens(inner) => format!("({})", expr(inner)),
    }
}

fn list(items: &[Expr]) -> String {
    items.iter().map(expr).collect::<Vec<_>>().join(", ")
}

fn literal(v: &Value) -> String {
    match &v.kind {
        Kind::Null(_) => "null".into(),
        Kind::Bool(b) => b.to_string(),
        Kind::Number(n) => n.to_string(),
        Kind::String(s) => format!("{s:?}"),
        other => format!("{other:?}"),
    }
}

fn steps(steps: &[Access]) -> String {
    let step = |s: &Access| match s {
        Access::Attr(i) => format!(".{}", i.name),
        Access::Index(e) => format!("[{}]", expr(e)),
        Access::LegacyIndex(n, _) => format!(".{n}"),
        Access::AttrSplat(_) => ".*".into(),
        Access::FullSplat(_) => "[*]".into(),
    };
    steps.iter().map(step).collect()
}

fn parts(all: &[Part]) -> String {
    let part = |p: &Part| match p {
        Part::Text(t, _) => t.escape_debug().to_string(),
        Part::Interpolation(e) => format!("${{{}}}", expr(e)),
        Part::If { condition, then, otherwise, .. } => {
            format!("%{{if {}}}{}%{{else}}{}%{{end}}", expr(condition), parts(then), parts(otherwise))
        }
        Part::For { key_var, value_var, collection, body, .. } => {
            let key = key_var.as_ref().map_or(String::new(), |k| format!("{},", k.name));
            format!("%{{for {key}{} in {}}}{}%{{end}}", value_var.name, expr(collection), parts(body))
        }
    };
    all.iter().map(part).collect()
}
