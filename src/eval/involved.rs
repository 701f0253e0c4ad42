//! What the references of an expression are, for messages about it.
//!
//! Knows nothing of what went wrong. Sensitive and ephemeral values are left out.

use super::Scope;
use super::expr::reference;
use crate::diag::{Because, Involved, Span};
use crate::hcl::ast::{Access, Expr, ExprKind, Ident};
use crate::value::{Kind, Marks, Number, Type, Value};

/// The references of an expression with what they are, in order of their texts. With a span, only those that it lies
/// in count, if there are any, and those within it.
pub fn involved(expr: &Expr, guilty: Option<Span>, scope: &dyn Scope) -> Vec<Involved> {
    involved_because(expr, guilty, None, scope)
}

/// The same, where values are guilty because they are unknown, sensitive or ephemeral: then that is told of them.
pub fn involved_because(
    expr: &Expr,
    guilty: Option<Span>,
    because: Option<Because>,
    scope: &dyn Scope,
) -> Vec<Involved> {
    let mut all: Vec<(&Ident, &[Access])> = Vec::new();
    expr.references(&mut |root, steps| all.push((root, steps)));
    let around = |(root, steps): &(&Ident, &[Access])| {
        let whole = steps.last().map_or(root.span, |s| root.span.to(s.span()));
        guilty.is_some_and(|g| whole.source == g.source && whole.start <= g.start && g.end <= whole.end)
    };
    // Such as what an index is made of.
    let inside = |(root, _): &(&Ident, &[Access])| {
        guilty.is_some_and(|g| root.span.source == g.source && g.start <= root.span.start && root.span.end <= g.end)
    };
    if all.iter().any(around) {
        all.retain(|reference| around(reference) || inside(reference));
    }
    let mut out: Vec<Involved> = Vec::new();
    for (root, steps) in all {
        if let Some(found) = one(root, steps, because, scope)
            && !out.iter().any(|i| i.reference == found.reference)
        {
            out.push(found);
        }
    }
    out.sort_by(|a, b| a.reference.cmp(&b.reference));
    out
}

/// The longest part of a reference that has a value.
fn one(root: &Ident, steps: &[Access], because: Option<Because>, scope: &dyn Scope) -> Option<Involved> {
    let fixed = steps.iter().take_while(|s| is_fixed(s)).count();
    for length in (1..=fixed).rev() {
        let steps = steps.get(..length)?;
        let Ok(value) = reference(root, steps, scope) else { continue };
        let unknown = because == Some(Because::Unknown);
        let is = match &value.kind {
            _ if value.marks.contains(Marks::SENSITIVE) => match because {
                Some(Because::Sensitive) => "has a sensitive value".into(),
                _ => return None,
            },
            _ if value.marks.contains(Marks::EPHEMERAL) => match because {
                Some(Because::Ephemeral) => "has an ephemeral value".into(),
                _ => return None,
            },
            Kind::Unknown(Type::Dynamic, _) if unknown => "will be known only after apply".into(),
            Kind::Unknown(Type::Dynamic, _) => return None,
            Kind::Unknown(ty, _) if unknown => format!("is a {}, known only after apply", ty.friendly_name()),
            Kind::Unknown(ty, _) => format!("is a {}", ty.friendly_name()),
            _ => format!("is {}", compact(&value)),
        };
        return Some(Involved { reference: text(root, steps), is });
    }
    None
}

fn is_fixed(step: &Access) -> bool {
    match step {
        Access::Attr(_) | Access::LegacyIndex(..) => true,
        Access::Index(key) => matches!(key.kind, ExprKind::Literal(_)),
        Access::AttrSplat(_) | Access::FullSplat(_) => false,
    }
}

fn text(root: &Ident, steps: &[Access]) -> String {
    let mut out = root.name.to_string();
    for step in steps {
        match step {
            Access::Attr(name) => out.push_str(&format!(".{}", name.name)),
            Access::LegacyIndex(n, _) => out.push_str(&format!("[{n}]")),
            Access::Index(Expr { kind: ExprKind::Literal(key), .. }) => out.push_str(&format!("[{}]", compact(key))),
            _ => {}
        }
    }
    out
}

/// A value in a few words.
fn compact(value: &Value) -> String {
    let elements = |length: usize| match length {
        0 => format!("empty {}", value.ty().friendly_name()),
        1 => format!("{} with 1 element", value.ty().friendly_name()),
        n => format!("{} with {n} elements", value.ty().friendly_name()),
    };
    match &value.kind {
        Kind::Null(_) => "null".into(),
        Kind::Unknown(..) => "(not yet known)".into(),
        Kind::Bool(b) => b.to_string(),
        Kind::Number(n) => number(n),
        Kind::String(s) => format!("{:?}", &**s),
        Kind::List(_, items) | Kind::Set(_, items) | Kind::Tuple(items) => elements(items.len()),
        Kind::Map(_, entries) => elements(entries.len()),
        Kind::Object(entries) => match entries.len() {
            0 => "object with no attributes".into(),
            1 => format!("object with 1 attribute {:?}", entries.keys().next().map_or("", |k| k)),
            n => format!("object with {n} attributes"),
        },
    }
}

/// A number to ten digits.
fn number(n: &Number) -> String {
    let text = n.to_string();
    if text.chars().filter(char::is_ascii_digit).count() <= 10 {
        return text;
    }
    let scientific = format!("{:.9e}", n.to_f64());
    let Some((mantissa, exponent)) = scientific.split_once('e') else { return text };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-5..10).contains(&exponent) {
        let decimals = usize::try_from(9 - exponent).unwrap_or(0);
        let fixed = format!("{:.decimals$}", n.to_f64());
        return if fixed.contains('.') { fixed.trim_end_matches('0').trim_end_matches('.').to_owned() } else { fixed };
    }
    let mantissa = mantissa.trim_end_matches('0').trim_end_matches('.');
    format!("{mantissa}e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Diagnostic;
    use crate::diag::Sources;
    use crate::eval::Surroundings;
    use crate::hcl::parse_expr;

    struct Var(Value, Surroundings);

    impl Scope for Var {
        fn resolve(&self, _: &Ident, _: &[Access], _: &dyn Scope) -> Result<(Value, usize), Diagnostic> {
            Ok((self.0.clone(), 0))
        }
        fn surroundings(&self) -> &Surroundings {
            &self.1
        }
    }

    #[test]
    fn references_are_told_with_what_they_are() {
        let surroundings = Surroundings {
            working_dir: ".".into(),
            home_dir: None,
            plan_timestamp: String::new(),
            applying: false,
            in_template: false,
            now: String::new,
            provider_functions: Default::default(),
        };
        let object =
            |items: &[(&str, Value)]| Value::object(items.iter().map(|(k, v)| ((*k).into(), v.clone())).collect());
        let var = object(&[
            ("a", "x\"y".into()),
            ("list", Value::list(Type::String, Vec::new())),
            ("secret", Value::from("hunter2").sensitive()),
            ("unknown", Value::unknown(Type::String)),
            ("o", object(&[("p", 1.into()), ("q", Value::from(1.5))])),
            ("big", Value::from(123_456_789_012_i64)),
        ]);
        let scope = Var(var, surroundings);
        for (expr, expect) in [
            ("var.a == var.a", r#"var.a is "x\"y""#),
            ("var.secret == var.list", "var.list is empty list of string"),
            ("var.unknown", "var.unknown is a string"),
            ("var.o.p + var.o.q + var.big", "var.big is 1.23456789e+11; var.o.p is 1; var.o.q is 1.5"),
            ("var.o.nope", "var.o is object with 2 attributes"),
        ] {
            let mut sources = Sources::default();
            let id = sources.add("test", expr);
            let parsed = parse_expr(id, expr).expect("parses");
            let found = involved(&parsed, None, &scope);
            let texts: Vec<String> = found.iter().map(|i| format!("{} {}", i.reference, i.is)).collect();
            assert_eq!(texts.join("; "), expect, "{expr}");
        }
    }
}
